"""What users may import is written out by hand: a new name costs a deliberate line."""

import subprocess
import sys

import pytest

import vault_assets

PUBLIC = {
    "Query",
    "Table",
    "Vault",
    "Warehouse",
    "connect",
    "open_lake",
    "platform_definitions",
    "read_warehouse",
    "warehouse_definitions",
}


def test_the_root_offers_these_names_and_no_others() -> None:
    assert set(dir(vault_assets)) == PUBLIC
    assert all(getattr(vault_assets, name) for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute 'warehouse'"):
        _ = vault_assets.warehouse  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "module", ["model", "sql.planning", "landing.store", "loading.vault", "api"]
)
def test_dagster_is_not_imported_below_orchestration(module: str) -> None:
    code = f"import sys, vault_assets.{module}; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
