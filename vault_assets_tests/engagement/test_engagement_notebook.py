"""The notebook of `engagement` runs, and its report is the one that was exported."""

from pathlib import Path

import pytest

from vault_assets.samples import engagement
from vault_assets_tests.engagement.streams import Streams
from vault_assets_tests.notebooks import run_notebook
from vault_assets_tests.places import single_process_place

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    engagement.generate(tmp_path / "landing", scale=0.01)
    with single_process_place(tmp_path) as place:
        with place.lake("engagement") as lake:
            exported = Streams(lake, tmp_path / "landing").run().report()
        shown = run_notebook("engagement", place)
    assert shown.images == 2
    assert (tmp_path / "reports" / "engagement" / "user_report.csv").read_text() == exported
