"""The notebook of `clickstream` runs, and the mart it builds by hand is the one stored."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from vault_assets.samples import clickstream
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.clickstream.shop import ROOT, Shop

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home", "landing", "data", "reports"):
        monkeypatch.setenv(f"VAULT_ASSETS_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("VAULT_ASSETS_CATALOG", str(tmp_path / "lake.ducklake"))
    clickstream.generate(tmp_path / "landing", scale=0.005)
    with DuckLake("clickstream", Settings()) as lake:
        Shop(lake, tmp_path / "landing").run()

    notebook = nbformat.read(ROOT / "notebooks" / "clickstream.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    told = "".join(output.get("text", "") for output in outputs)
    assert "the same as stored: True" in told
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
