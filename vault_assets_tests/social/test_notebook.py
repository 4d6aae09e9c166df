"""The notebook of `social` runs, and shows the answer."""

from pathlib import Path

import pytest

from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place
from vault_assets_tests.shipped import load

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        load("social", tmp_path / "landing")
        shown = run_notebook("social", place)
    assert shown.images == 1
