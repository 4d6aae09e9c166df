"""Late, replayed and released batches, and a rebuild: on the stand-in as in a lake in memory."""

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api.vault import Vault
from vault_assets.errors import BatchError, LateBatchError
from vault_assets.model import Warehouse
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.target import Target
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica.parity import contents, fix_clock, tables
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(600)

TOWNS: dict[str, Any] = {
    "name": "moved",
    "sources": {
        "people": {
            "objects": "people/*.csv",
            "columns": {"id": {"type": "integer", "nullable": False}, "town": "text(40)"},
        },
        "visits": {
            "objects": "visits/*.csv",
            "columns": {"id": {"type": "integer", "nullable": False}, "place": "text(40)"},
        },
    },
    "hubs": {
        "h_people": {"keys": "id", "hash_key": "hk_people", "from": "people"},
        "h_places": {"keys": "place", "hash_key": "hk_places", "from": "visits"},
    },
    "links": {
        "l_visits": {
            "hash_key": "lk_visits",
            "hubs": {"hk_people": "h_people", "hk_places": "h_places"},
            "from": {"stage": "visits", "keys": {"hk_people": "id"}},
            "orphans": "quarantine",
        }
    },
    "satellites": {"s_people": {"parent": "h_people", "payload": "town", "from": "people"}},
}
DAYS = [dt.datetime(2024, 1, day) for day in range(1, 9)]  # noqa: DTZ001  UTC without zone
FILE = "id,town\n3,c\nx,d\n,e\n1,moved\n"


def story(target: Target, file: Path) -> list[Any]:
    """Let a warehouse live through everything that is out of order; return what it said."""
    vault = Vault(Warehouse.model_validate(TOWNS), target)
    vault.add_batch("people", [{"id": 1, "town": "a"}, {"id": 2, "town": ""}], load_ts=DAYS[2])
    vault.add_batch("visits", [{"id": 1, "place": "x"}, {"id": 9, "place": "y"}], load_ts=DAYS[2])
    vault.add_batch("people", file, load_ts=DAYS[3], batch_id="file")
    said = [vault.load()]
    vault.add_batch("people", [{"id": 1, "town": "z"}], load_ts=DAYS[0], late=True)
    with pytest.raises(LateBatchError):
        vault.load("s_people")
    said.append((vault.load("h_people"), vault.load("s_people", repair=True)))
    vault.add_batch("people", [{"id": 9, "town": "n"}], load_ts=DAYS[4])
    said.append(vault.load())
    vault.release("file", [{"row_no": 3, "id": 7, "town": "q"}], load_ts=DAYS[5])
    said += [vault.load(), vault.replay("people-20240103-000000-000000"), vault.rebuild()]
    return [
        (done.table, done.rows_written, done.rebuilt, [v.failed_rows for v in done.verdicts])
        for group in said
        for done in group
    ]


def test_what_is_out_of_order_ends_the_same(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    with MemoryLake("moved") as lake, house(server, tmp_path, "moved") as vertica:
        told = []
        for target in (lake, vertica):
            with monkeypatch.context() as patch:
                fix_clock(patch)
                told.append(story(target, file))
        assert told[0] == told[1]
        for table, columns in tables(lake).items():
            ours, theirs = (contents(target, table, columns) for target in (vertica, lake))
            assert (table, ours) == (table, theirs)


def test_texts_that_cannot_be_stored_go_to_quarantine(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    long = "ж" * 40_000  # 80,000 octets
    file.write_text(f"id,town\n1,good\n2,a\x1fb\n3,{long}\n4,\x1a\nx,c\x1ed\n5,хорошо\n")
    declared = copy.deepcopy(TOWNS)
    declared |= {"name": "unstored", "hubs": {}, "links": {}, "satellites": {}}
    declared["sources"]["people"]["columns"]["town"] = "text"
    with house(server, tmp_path, "unstored") as target:
        vault = Vault(Warehouse.model_validate(declared), target)
        staged = vault.add_batch("people", file)
        rows = target.session().rows("select id, town from stage.people order by id")
        refused = vault.quarantine("people").to_pylist()
    assert (staged.records, staged.loaded, staged.quarantined) == (6, 2, 4)
    assert rows == [{"id": 1, "town": "good"}, {"id": 5, "town": "хорошо"}]
    assert {(row["row_no"], row["reason"]) for row in refused} == {
        (3, "control_char:town"),
        (4, "too_long:town"),
        (5, "control_char:town"),
        (6, "cast:id"),
    }
    (unread,) = [row for row in refused if row["row_no"] == 6]
    assert unread["raw"] == "x,c\ufffdd"


def test_rows_with_their_own_times_become_the_same_batches(server: Server, tmp_path: Path) -> None:
    given = [
        {"id": 1, "town": "a", "load_ts": DAYS[2], "record_source": "crm"},
        {"id": 1, "town": "b", "load_ts": "2024-01-01 00:00:00", "record_source": "erp"},
        {"id": "x", "town": "c", "load_ts": DAYS[2], "record_source": None},
        {"id": 2, "town": "", "load_ts": DAYS[3], "record_source": ""},
    ]
    wrong = [{"id": 3, "town": "d", "load_ts": DAYS[5]}, {"id": 4, "town": "e", "load_ts": "soon"}]
    found = []
    with MemoryLake("timed") as lake, house(server, tmp_path, "timed") as vertica:
        for target in (lake, vertica):
            vault = Vault(Warehouse.model_validate(TOWNS | {"name": "timed"}), target)
            added = vault.add_rows("people", given)
            with pytest.raises(BatchError, match="the first of them row 2"):
                vault.add_rows("people", wrong)
            rows = target.session().rows(
                "select id, town, load_ts, row_no, record_source from stage.people "
                "order by load_ts, row_no"
            )
            rows += vault.quarantine("people").select(["row_no", "raw", "reason"]).to_pylist()
            found.append(([(each.batch.load_ts, each.records) for each in added], rows))
    assert found[0] == found[1]
    assert [time for time, _ in found[1][0]] == [DAYS[0], DAYS[2], DAYS[3]]
    assert [row.get("town", row.get("reason")) for row in found[1][1]] == [
        "b", "a", "", "cast:id",
    ]  # fmt: skip
