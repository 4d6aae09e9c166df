"""The notebook of `social` runs, and shows the answer."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from vault_assets.landing.store import open_store
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model.reading import read_warehouse
from vault_assets.samples import social
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        home=tmp_path / "home",
        landing=str(tmp_path / "landing"),
        data=str(tmp_path / "data"),
        catalog=str(tmp_path / "lake.ducklake"),
    )
    social.generate(tmp_path / "landing", scale=0.01)
    warehouse = read_warehouse(ROOT / "vault_assets" / "defs" / "social" / "defs.yaml")
    with DuckLake("social", settings) as lake:
        for name in warehouse.sources:
            register(lake, open_store(settings), warehouse, name)
            stage_batches(lake, open_store(settings), warehouse, name, run_id="notebook")
        for _, name, _ in warehouse.vault_tables():
            load_vault_table(lake, warehouse, name, run_id="notebook")
        for name in warehouse.marts:
            build_mart(lake, warehouse, name)
    for name in ("home", "landing", "data", "catalog"):
        monkeypatch.setenv(f"VAULT_ASSETS_{name.upper()}", str(getattr(settings, name)))

    notebook = nbformat.read(ROOT / "notebooks" / "social.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
