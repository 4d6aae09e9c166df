"""The notebook of `audio` runs, and shows the songs that were played."""

from pathlib import Path

import pytest

from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place
from vault_assets_tests.shipped import load

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        load("audio", tmp_path / "landing")
        query = "select song_name from mart.mart_song_play_top_10_songs where rank = 1"
        best = place.value(query, "audio")
        shown = run_notebook("audio", place)
    assert shown.images == 3
    assert best in shown.text
