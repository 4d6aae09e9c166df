"""What DuckLake knows of a table's values never hides rows: neither ghosts nor NULLs."""

from pathlib import Path

from vault_assets.landing.store import open_store
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

AGES = Warehouse.model_validate(
    {
        "name": "ages",
        "sources": {
            "users": {"objects": "ages/*.csv", "columns": {"id": "integer", "age": "integer"}}
        },
        "hubs": {
            "h_users": {"keys": "user_id", "from": {"stage": "users", "columns": {"user_id": "id"}}}
        },
        "satellites": {"s_ages": {"parent": "h_users", "payload": ["age"], "from": "users"}},
    }
)


def test_values_of_the_first_load_are_found_after_the_second(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home",
        landing=str(tmp_path / "landing"),
        data=str(tmp_path / "data"),
        catalog=str(tmp_path / "lake.ducklake"),
    )
    store = open_store(settings)
    with DuckLake("ages", settings) as lake:
        for day, text in enumerate(("id,age\n1,14\n2,63\n", "id,age\n3,15\n4,57\n")):
            store.put(f"ages/{day}.csv", text.encode())
            register(lake, store, AGES, "users")
            stage_batches(lake, store, AGES, "users", run_id="run")
            for name in ("h_users", "s_ages"):
                load_vault_table(lake, AGES, name, run_id="run")
        find = lake.session().value
        assert find("select count(*) from vault.s_ages where age = 63") == 1
        assert find("select count(*) from vault.s_ages where age > 57") == 1
        assert find("select max(age) from vault.s_ages") == 63
        assert find("select min(user_id) from vault.h_users") == 1
        assert find("select count(*) from vault.h_users where user_id is null") == 2
