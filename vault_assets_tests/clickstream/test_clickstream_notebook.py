"""The notebook of `clickstream` runs, and the mart it builds by hand is the one stored."""

from pathlib import Path

import pytest

from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place
from vault_assets_tests.shipped import load

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        load("clickstream", tmp_path / "landing")
        shown = run_notebook("clickstream", place)
    assert "the same as stored: True" in shown.text
    assert shown.images == 2
