"""`audio` on Postgres and S3: some hours of samples, twice, through Dagster."""

import pytest

from vault_assets.samples import audio
from vault_assets_tests.audio.test_audio_run import ran
from vault_assets_tests.places import Place
from vault_assets_tests.shipped import busy_hours

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_samples_on_postgres_and_s3_are_loaded_once(place: Place) -> None:
    for path in busy_hours(audio.generate(place.folder / "files", scale=0.0012), 4):
        place.store.put(path.relative_to(place.folder / "files").as_posix(), path)
    success, failing, _ = ran(place)
    assert success
    assert {check for check in failing if "quarantined" not in check} == set()
    plays = place.value("select count(*) from mart.mart_song_play", "audio")
    assert plays == place.value("select count(distinct event_id) from stage.listen_events", "audio")
    assert plays > 0
    success, _, written = ran(place)
    assert success
    assert {rows for key, rows in written.items() if "/vault/" in key} == {0}
    assert place.value("select count(*) from mart.mart_song_play", "audio") == plays
