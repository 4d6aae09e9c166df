"""The notebook of `commerce` runs on a single-process lake."""

from pathlib import Path

import pytest

from vault_assets.samples import commerce
from vault_assets_tests.commerce.shops import Shop
from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place

pytestmark = pytest.mark.slow


def test_the_notebook_runs(tmp_path: Path) -> None:
    commerce.generate(tmp_path / "landing", scale=0.02)
    with single_process_place(tmp_path) as place:
        with place.lake("commerce") as lake:
            Shop(lake, tmp_path / "landing").run()
        shown = run_notebook("commerce", place)
    assert shown.images == 2
