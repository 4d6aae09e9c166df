"""The notebook of `engagement` runs, and its report is the one that was exported."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from vault_assets.samples import engagement
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.engagement.streams import ROOT, Streams
from vault_assets_tests.engagement.test_buckets import settings

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engagement.generate(tmp_path / "landing", scale=0.01)
    with DuckLake("engagement", settings(tmp_path)) as lake:
        exported = Streams(lake, tmp_path / "landing").run().report()
    for name in ("home", "landing", "data", "reports"):
        monkeypatch.setenv(f"VAULT_ASSETS_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("VAULT_ASSETS_CATALOG", str(tmp_path / "lake.ducklake"))

    notebook = nbformat.read(ROOT / "notebooks" / "engagement.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert (tmp_path / "reports" / "engagement" / "user_report.csv").read_text() == exported
