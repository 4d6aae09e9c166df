"""The notebook of `social` runs, and shows the answer."""

from pathlib import Path

import pytest

from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model.reading import read_warehouse
from vault_assets.samples import social
from vault_assets_tests.notebooks import ROOT, run_notebook
from vault_assets_tests.places import single_process_place

pytestmark = pytest.mark.slow


def test_the_notebook_runs_on_a_single_process_lake(tmp_path: Path) -> None:
    social.generate(tmp_path / "landing", scale=0.01)
    warehouse = read_warehouse(ROOT / "vault_assets" / "defs" / "social" / "defs.yaml")
    with single_process_place(tmp_path) as place:
        with place.lake() as lake:
            for name in warehouse.sources:
                register(lake, place.store, warehouse, name)
                stage_batches(lake, place.store, warehouse, name, run_id="notebook")
            for _, name, _ in warehouse.vault_tables():
                load_vault_table(lake, warehouse, name, run_id="notebook")
            for name in warehouse.marts:
                build_mart(lake, warehouse, name)
        shown = run_notebook("social", place)
    assert shown.images == 1
