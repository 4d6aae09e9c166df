"""Two runs that stage one batch: the second one finds that it is done."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.objects import Object
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.lakes import memory_lake

SHOP = Warehouse.model_validate(
    {
        "name": "shop",
        "sources": {"users": {"objects": "shop/*.csv", "columns": {"id": "integer"}}},
    }
)


@dataclass(frozen=True)
class Overtaken(LocalFolder):
    """A store from which another run has staged everything once a file has arrived."""

    lake: DuckLake

    def download(self, item: Object, path: Path) -> None:
        super().download(item, path)
        stage_batches(self.lake, LocalFolder(self.root), SHOP, "users", run_id="first")


@pytest.mark.parametrize("text", ["id\n1\nx\n", ""])
def test_a_batch_that_another_run_has_staged_meanwhile_is_left_alone(
    tmp_path: Path, text: str
) -> None:
    with memory_lake() as lake:
        store = Overtaken(tmp_path, lake)
        store.put("shop/users.csv", text.encode())
        register(lake, store, SHOP, "users")
        second = stage_batches(lake, store, SHOP, "users", run_id="second")
        assert second.batches == ()
        connection = lake.connection()
        assert connection.execute("select run_id from registry.applied").fetchall() == [("first",)]
        assert connection.execute("select * from registry.failures").fetchall() == []
