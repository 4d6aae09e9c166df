"""The notebook of `commerce` runs on a single-process lake."""

from pathlib import Path

import pytest

from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place
from vault_assets_tests.shipped import load

pytestmark = pytest.mark.slow


def test_the_notebook_runs(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        load("commerce", tmp_path / "landing")
        shown = run_notebook("commerce", place)
    assert shown.images == 2
