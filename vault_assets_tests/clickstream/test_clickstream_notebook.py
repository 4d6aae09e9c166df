"""The notebook of `clickstream` runs, and the mart it builds by hand is the one stored."""

from pathlib import Path

import pytest

from vault_assets.samples import clickstream
from vault_assets_tests.clickstream.shop import Shop
from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    clickstream.generate(tmp_path / "landing", scale=0.005)
    with single_process_place(tmp_path) as place:
        with place.lake("clickstream") as lake:
            Shop(lake, tmp_path / "landing").run()
        shown = run_notebook("clickstream", place)
    assert "the same as stored: True" in shown.text
    assert shown.images == 2
