"""Two days of sample files in any order and in several runs give the marts of one whole build."""

import datetime as dt
import random
from pathlib import Path

import pytest

from vault_assets.samples import audio
from vault_assets_tests.audio.music import Music, music

pytestmark = pytest.mark.slow


def marts(service: Music) -> dict[str, list[tuple[object, ...]]]:
    contents = service.contents()
    return {name: rows for name, rows in contents.items() if name.startswith("mart.")}


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_files_does_not_matter(tmp_path: Path, seed: int) -> None:
    files = tmp_path / "files"
    paths = [
        path
        for days in range(2)
        for path in audio.generate(
            files, scale=0.0001, seed=seed, date=audio.FIRST_DATE + dt.timedelta(days=days)
        )
    ]
    random.Random(seed).shuffle(paths)
    with music(tmp_path / "some") as service:
        for number in range(3):
            for path in paths[number::3]:
                service.store.put(path.relative_to(files).as_posix(), path)
            service.run()
        found = marts(service)
        assert all(found.values())
        # Pages of songs may come in an earlier run than their plays: those are told then.
        failed = {name for names in service.failed.values() for name in names}
        assert failed <= {"every_song_page_has_its_listen"}
        plans = service.query(
            "select hk_user, lk_user_plan, effective_from_ts, effective_to_ts, effective_seq "
            "from vault.effsat_user_plan order by all"
        )
        sessions = service.query("select event_id from vault.nhl_authorization order by all")
        service.build("all")
        assert marts(service) == found
    with music(tmp_path / "once") as service:
        for path in paths:
            service.store.put(path.relative_to(files).as_posix(), path)
        service.run()
        assert {name for names in service.failed.values() for name in names} == set()
        assert marts(service) == found
        assert plans == service.query(
            "select hk_user, lk_user_plan, effective_from_ts, effective_to_ts, effective_seq "
            "from vault.effsat_user_plan order by all"
        )
        assert sessions == service.query(
            "select event_id from vault.nhl_authorization order by all"
        )
