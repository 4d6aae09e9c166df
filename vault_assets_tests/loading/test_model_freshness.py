"""Stored marts know when they were built, and whether something behind them is newer."""

from pathlib import Path
from typing import Any

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.marts import build_mart
from vault_assets.loading.refreshing import model_freshness
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.lakes import file_lake, memory_lake

KEYED = {
    "key": "id",
    "changed": "select s.id from stage.people as s inner join new_batches as b using (batch_id)",
}
MARTS: dict[str, Any] = {
    "names": {"sql": "select p.id from stage.people as p"},
    "shown": {"kind": "view", "sql": "select n.id from mart.names as n"},
    "counts": {"sql": "select count(*) as people from mart.shown"},
    "ids": {
        "incremental": KEYED,
        "sql": "select p.id from stage.people as p where p.id in (select id from changed_keys)",
    },
    "many": {"sql": "select count(*) as ids from mart.ids"},
}
ALL = ("names", "shown", "counts", "ids", "many")


class Town:
    """People who land, and marts of them."""

    def __init__(self, lake: DuckLake, folder: Path) -> None:
        self.lake, self.store = lake, LocalFolder(folder)
        people = {"objects": "people/*.csv", "columns": {"id": "integer"}}
        self.warehouse = Warehouse.model_validate(
            {"name": "town", "sources": {"people": people}, "marts": MARTS}
        )
        (folder / "people").mkdir()
        self.folder = folder

    def land(self, number: int) -> None:
        (self.folder / "people" / f"{number}.csv").write_text(f"id\n{number}\n")
        register(self.lake, self.store, self.warehouse, "people")
        stage_batches(self.lake, self.store, self.warehouse, "people", run_id="test")

    def build(self, *names: str, partitions: str | None = None) -> None:
        for name in names:
            build_mart(self.lake, self.warehouse, name, run_id="test", partitions=partitions)

    def stale(self) -> dict[str, tuple[str, ...]]:
        return {
            item.label: item.newer_inputs for item in model_freshness(self.lake) if item.is_stale
        }


def test_nothing_is_known_before_the_first_build(tmp_path: Path) -> None:
    with memory_lake() as lake:
        assert model_freshness(lake) == []
        Town(lake, tmp_path).land(1)
        assert model_freshness(lake) == []


def test_marts_are_stale_from_a_new_batch_to_their_build(tmp_path: Path) -> None:
    with memory_lake() as lake:
        town = Town(lake, tmp_path)
        town.land(1)
        town.build(*ALL)
        assert {item.label for item in model_freshness(lake)} == {
            f"mart.{name}" for name in ALL if name != "shown"
        }
        assert town.stale() == {}
        town.land(2)
        stage = ("stage.people",)
        assert town.stale() == {f"mart.{name}": stage for name in ALL if name != "shown"}
        town.build("names", "ids")
        assert town.stale() == {"mart.counts": stage, "mart.many": ("mart.ids", "stage.people")}
        town.build("counts", "many")
        assert town.stale() == {}


def test_a_build_without_anything_new_makes_nothing_stale_and_writes_nothing(
    tmp_path: Path,
) -> None:
    with memory_lake() as lake:
        town = Town(lake, tmp_path)
        town.land(1)
        town.build(*ALL)
        before = model_freshness(lake)
        town.build("ids")
        assert model_freshness(lake) == before
        town.build("names")
        assert town.stale() == {}


def test_a_mart_that_was_built_anew_makes_those_below_it_stale(tmp_path: Path) -> None:
    with memory_lake() as lake:
        town = Town(lake, tmp_path)
        town.land(1)
        town.build(*ALL)
        town.build("ids", partitions="all")
        assert town.stale() == {"mart.many": ("mart.ids",)}


def test_the_view_is_in_the_lake(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with file_lake(tmp_path) as lake:
        town = Town(lake, tmp_path)
        town.land(1)
        town.build(*ALL)
        town.land(2)
        rows = lake.connection().execute(
            "select table_name, is_stale from registry.model_freshness order by all"
        )
        assert rows.fetchall() == [(f"mart.{name}", True) for name in sorted(set(ALL) - {"shown"})]
