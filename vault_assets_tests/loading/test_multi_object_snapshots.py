"""Snapshots that are delivered as several objects: one batch each, once they are complete."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets.landing.store import open_store
from vault_assets.loading.registering import Registered, register
from vault_assets.loading.replaying import replay_batch
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.settings import Settings
from vault_assets.sql.registry import PART
from vault_assets_tests.api.vaults import reasons, rows

COUNTED = {
    "by": r"x/users_(?P<day>\d+)_part(?P<part>\d+)of(?P<n>\d+)\.csv",
    "complete": {"count_group": "n"},
}
MARKED = {"by": r"x/(?P<day>\d+)/(?P<part>.+)\.csv", "complete": {"marker": "_SUCCESS"}}
Write = Callable[..., Any]


def declared(group: dict[str, Any], objects: str) -> dict[str, Any]:
    return {
        "name": "club",
        "sources": {
            "people": {
                "objects": objects,
                "delivery": "full",
                "group": group,
                "columns": {"person": "text", "age": "integer"},
            }
        },
        "hubs": {"h_people": {"keys": "person", "from": "people"}},
        "satellites": {"s_people": {"parent": "h_people", "payload": "age", "from": "people"}},
        "status_tracking_satellites": {"st_people": {"parent": "h_people", "from": "people"}},
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(key: str, text: str = "") -> None:
        path = tmp_path / "landing" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return put


@pytest.fixture
def vault() -> Iterator[Vault]:
    with open_lake(declared(COUNTED, "x/*.csv")) as opened:
        yield opened


def loaded(vault: Vault, folder: Path) -> tuple[Registered, Staged]:
    """Register, stage and load what is in the landing."""
    store = open_store(Settings.model_construct(landing=str(folder / "landing")))
    found = register(vault.lake, store, vault.warehouse, "people")
    staged = stage_batches(vault.lake, store, vault.warehouse, "people", run_id="test")
    vault.load()
    return found, staged


def test_parts_are_one_snapshot_once_all_are_there(
    vault: Vault, tmp_path: Path, write: Write
) -> None:
    write("x/users_1_part1of2.csv", "person,age\nann,1\n")
    found, _ = loaded(vault, tmp_path)
    assert (found.objects, found.new) == (0, ())
    assert found.waiting == ("x/users_1_part*of2.csv: 1 of 2 parts are there",)
    write("x/users_1_part2of2.csv", "age,person\n2,bob\nold,cid\n")
    found, staged = loaded(vault, tmp_path)
    (batch,) = found.new
    assert batch.object_key == "x/users_1_part*of2.csv"
    assert (staged.total("records"), staged.total("loaded")) == (3, 2)
    assert rows(vault, "st_people", "status") == [("ACTIVE",)] * 2
    (refused,) = vault.quarantine("people").to_pylist()
    assert (refused["row_no"] - PART, refused["raw"]) == (3, "old,cid")
    assert refused["object_key"] == "x/users_1_part2of2.csv"
    (verdict,) = (v for v in vault.check("stage.people") if v.audit.name == "quarantined")
    assert verdict.sample[0]["object_key"] == "x/users_1_part2of2.csv"
    assert loaded(vault, tmp_path)[0].new == ()


def test_the_next_snapshot_closes_what_none_of_its_parts_has(
    vault: Vault, tmp_path: Path, write: Write
) -> None:
    for number, name in enumerate(("ann", "bob"), start=1):
        write(f"x/users_1_part{number}of2.csv", f"person,age\n{name},1\n")
    loaded(vault, tmp_path)
    for number, name in enumerate(("bob", "cid"), start=1):
        write(f"x/users_2_part{number}of2.csv", f"person,age\n{name},1\n")
    loaded(vault, tmp_path)
    assert rows(vault, "st_people", "status") == [("ACTIVE",)] * 3 + [("DELETED",)]


def test_a_snapshot_is_read_again_and_its_rows_are_released(
    vault: Vault, tmp_path: Path, write: Write
) -> None:
    for number, age in enumerate(("1", "old"), start=1):
        write(f"x/users_1_part{number}of2.csv", f"person,age\np{number},{age}\n")
    (batch,) = loaded(vault, tmp_path)[0].new
    store = open_store(Settings.model_construct(landing=str(tmp_path / "landing")))
    replay_batch(vault.lake, store, vault.warehouse, batch.batch_id, run_id="again")
    assert reasons(vault) == [(PART + 2, "cast:age")]
    released = vault.release(batch.batch_id, [{"row_no": PART + 2, "person": "p2", "age": 2}])
    vault.load()
    assert (released.carried, released.left) == (1, 0)
    assert rows(vault, "st_people", "status") == [("ACTIVE",)] * 2


def test_a_part_that_has_gone_gives_up_the_whole_snapshot(
    vault: Vault, tmp_path: Path, write: Write
) -> None:
    for number in (1, 2):
        write(f"x/users_1_part{number}of2.csv", f"person,age\np{number},1\n")
    store = open_store(Settings.model_construct(landing=str(tmp_path / "landing")))
    register(vault.lake, store, vault.warehouse, "people")
    (tmp_path / "landing/x/users_1_part2of2.csv").unlink()
    _, staged = loaded(vault, tmp_path)
    assert staged.batches[0].problem.startswith("missing")
    assert vault.table("stage.people").num_rows == 0


def test_a_marker_completes_a_snapshot(tmp_path: Path, write: Write) -> None:
    with open_lake(declared(MARKED, "x/*/*.csv")) as vault:
        write("x/1/a.csv", "person,age\nann,1\n")
        write("x/1/b.csv", "person,age\nbob,1\n")
        assert loaded(vault, tmp_path)[0].new == ()
        write("x/1/_SUCCESS")
        (batch,) = loaded(vault, tmp_path)[0].new
        assert batch.object_key == "x/1/*.csv"
        assert len(rows(vault, "h_people", "person")) == 2
