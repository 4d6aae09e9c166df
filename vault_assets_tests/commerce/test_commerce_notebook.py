"""The notebook of `commerce` runs on a single-process lake."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from vault_assets.samples import commerce
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.commerce.shops import ROOT, Shop

pytestmark = pytest.mark.slow


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VAULT_ASSETS_"):
            monkeypatch.delenv(name)
    for name in ("home", "landing", "data", "reports"):
        monkeypatch.setenv(f"VAULT_ASSETS_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("VAULT_ASSETS_CATALOG", str(tmp_path / "lake.ducklake"))
    commerce.generate(tmp_path / "landing", scale=0.02)
    with DuckLake("commerce", Settings()) as lake:
        Shop(lake, tmp_path / "landing").run()

    notebook = nbformat.read(ROOT / "notebooks" / "commerce.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
