"""The notebook of `audio` runs, and shows the songs that were played."""

from pathlib import Path

import pytest

from vault_assets.samples import audio
from vault_assets_tests.audio.test_audio_run import ran
from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        (tmp_path / "landing").mkdir()
        for path in audio.generate(tmp_path / "files", scale=0.003):
            place.store.put(path.relative_to(tmp_path / "files").as_posix(), path)
        assert ran(place)[0]
        query = "select song_name from mart.mart_song_play_top_10_songs where rank = 1"
        best = place.value(query, "audio")
        shown = run_notebook("audio", place)
    assert shown.images == 3
    assert best in shown.text
