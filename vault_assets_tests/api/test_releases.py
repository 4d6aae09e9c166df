"""Quarantined rows that are released as a new batch: once, whole, with the numbers they had."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vault_assets.api import Vault, Warehouse, open_lake
from vault_assets.errors import BatchError
from vault_assets_tests.api.vaults import day, people, reasons, rows, source, staged

LINES = "person,name,age\nann,Ann,1\nbob,Bob,old\ncid,Cid,young\ntoo-long,X,3\n"


@pytest.fixture
def vault() -> Iterator[Vault]:
    with people() as opened:
        yield opened


def delivered(vault: Vault, tmp_path: Path, text: str = LINES) -> str:
    path = tmp_path / "people.csv"
    path.write_text(text)
    vault.add_batch("people", path, load_ts=day(1), batch_id="first")
    vault.load()
    return "first"


def test_corrected_rows_are_a_new_batch_with_the_numbers_of_their_lines(
    vault: Vault, tmp_path: Path
) -> None:
    first = delivered(vault, tmp_path)
    before = vault.quarantine("people").num_rows
    fixed = [{"row_no": 3, "person": "bob", "name": "Bob", "age": 40}]
    released = vault.release(first, fixed, load_ts=day(2), new_batch_id="second")
    vault.load()
    assert (released.released, released.carried, released.left) == (1, 0, 2)
    assert rows(vault, "s_people", "name age load_ts batch_id") == [
        ("Ann", 1, day(1), "first"),
        ("Bob", 40, day(2), "second"),
    ]
    assert staged(vault, ["batch_id"]) == [(2, "first"), (3, "second")]
    assert vault.quarantine("people").num_rows == before == 3
    marks = vault.quarantine("people").select(["row_no", "released_as"]).to_pylist()
    assert [mark["released_as"] for mark in marks] == ["second", None, None]
    (_, second) = vault.batches("people")
    assert second["parent_batch_id"] == "first"


def test_json_lines_are_read_again_by_their_own_keys(tmp_path: Path) -> None:
    def town(kind: str) -> dict[str, Any]:
        amount = {"type": kind, "path": "paid.amount"}
        return {
            "name": "town",
            "sources": {
                "people": {
                    "objects": "x.jsonl",
                    "columns": {"person": {"type": "text", "key": "personId"}, "amount": amount},
                }
            },
            "hubs": {"h_people": {"keys": "person", "from": "people"}},
        }

    path = tmp_path / "people.jsonl"
    path.write_text(
        '{"personId": "ann", "paid": {"amount": 1}}\n'
        '{"personId": "bob", "paid": {"amount": 12345678901234567890.5}}\n'
    )
    with open_lake(town("text(3)")) as vault:
        vault.add_batch("people", path, load_ts=day(1), batch_id="first")
        vault.warehouse = Warehouse.model_validate(town("text"))
        released = vault.release("first", load_ts=day(2))
        assert (released.released, released.left) == (1, 0)
        found = vault.query("select row_no, person, amount from stage.people order by row_no")
        assert found.to_pylist()[1] == {
            "row_no": 2,
            "person": "bob",
            "amount": "12345678901234567890.5",
        }


def test_lines_are_read_again_by_the_declaration_as_it_is_now(tmp_path: Path) -> None:
    strict = {"person": {"type": "text(5)", "nullable": False}, "name": {"type": "text(4)"}}
    mended = {**strict, "name": {"type": "text"}}
    text = 'name,person\nAnn,ann\n"Bob, the\n""tall""",bob\nCecilia,cid\nlong,too-long\n'
    with people(strict) as vault:
        delivered(vault, tmp_path, text)
        assert len(reasons(vault)) == 3
        with people(mended) as other:
            vault.warehouse = other.warehouse
        released = vault.release("first", load_ts=day(2))
        vault.load()
        assert (released.released, released.left) == (3, 0)
        assert rows(vault, "s_people", "name load_ts") == [
            ("Ann", day(1)),
            ('Bob, the\n"tall"', day(2)),
            ("Cecilia", day(2)),
        ]
        assert [number for number, _ in staged(vault, ["name"])] == [2, 3, 5]
        child = released.staged.batch.batch_id
        with pytest.raises(BatchError, match=f"released already, as {child}"):
            vault.release("first")
        with pytest.raises(BatchError, match=r"row 6.* for too_long:person"):
            vault.release(child)
        again = vault.release(child, [{"row_no": 6, "person": "tool", "name": "T"}], load_ts=day(3))
        assert (again.released, again.left) == (1, 0)
        vault.load()
        assert len(rows(vault, "h_people", "person")) == 4


def test_an_exported_file_comes_back_corrected(vault: Vault, tmp_path: Path) -> None:
    first = delivered(vault, tmp_path)
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(
        "row_no,age,name,person,_reason\n4,30,Cid,cid,cast:age\n5,3,,tool,\n3,?,Bob,bob,cast:age\n"
    )
    released = vault.release(first, fixed)
    vault.load()
    assert (released.staged.loaded, released.staged.quarantined, released.left) == (2, 1, 0)
    assert released.staged.unknown_columns == ()
    assert rows(vault, "h_people", "person") == [("ann",), ("cid",), ("tool",)]
    child = released.staged.batch.batch_id
    assert [found for found in reasons(vault) if found == (3, "cast:age")] == [(3, "cast:age")] * 2
    vault.release(child, pl.DataFrame({"row_no": [3], "person": "bob", "name": "B", "age": 4}))
    vault.load()
    assert len(rows(vault, "h_people", "person")) == 4


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([{"row_no": 2, "person": "ann", "name": "A", "age": 1}], "row 2 is not quarantined"),
        ([{"row_no": None, "person": "ann", "name": "A", "age": 1}], "has no row_no"),
        ([{"row_no": 3, "person": "b", "name": "B", "age": 1}] * 2, "corrected 2 times"),
        ([{"person": "b", "name": "B"}], "lack the column 'age'"),
        ([], "no rows to release"),
        (Path("nowhere.csv"), "no such file"),
    ],
)
def test_what_corrects_nothing_is_refused_and_nothing_is_written(
    vault: Vault, tmp_path: Path, given: Any, told: str
) -> None:
    first = delivered(vault, tmp_path)
    with pytest.raises(BatchError, match=told):
        vault.release(first, given)
    assert len(vault.batches()) == 1


def test_nothing_is_released_twice_nor_read_anew(vault: Vault, tmp_path: Path) -> None:
    first = delivered(vault, tmp_path)
    fixed = [{"row_no": 3, "person": "bob", "name": "Bob", "age": 4}]
    child = vault.release(first, fixed).staged.batch.batch_id
    with pytest.raises(BatchError, match=f"row 3 is released already, as {child}"):
        vault.release(first, fixed)
    with pytest.raises(BatchError, match="loaded twice"):
        vault.replay(first, tmp_path / "people.csv")
    with pytest.raises(BatchError, match="has no quarantined rows"):
        vault.release(child)
    vault.replay(first)
    unnumbered = [{"person": "x", "name": "X", "age": 1}, {"person": "y", "name": "Y", "age": 1}]
    last = vault.release(first, unnumbered)
    assert (last.released, last.left) == (2, 0)
    assert [number for number, _ in staged(vault, ["person"])] == [2, 3, 6, 7]


def test_rows_that_a_vault_table_refused_are_released_too(vault: Vault) -> None:
    vault.warehouse = people({"person": "text", "name": "text", "age": "integer"}).warehouse
    vault.add_batch("people", [{"person": None, "name": "Ann", "age": 1}], batch_id="first")
    vault.load()
    vault.release("first", [{"row_no": 1, "person": "ann", "name": "Ann", "age": 1}])
    vault.load()
    assert rows(vault, "s_people", "name") == [("Ann",)]


CLUB: dict[str, Any] = {
    "name": "club",
    "sources": {
        "members": source({"person": "text", "age": "integer"}, "full"),
        "phones": source({"person": "text", "kind": "text", "number": "integer"}),
    },
    "hubs": {"h_people": {"keys": "person", "from": ["members", "phones"]}},
    "satellites": {"s_people": {"parent": "h_people", "payload": "age", "from": "members"}},
    "status_tracking_satellites": {"st_people": {"parent": "h_people", "from": "members"}},
    "multi_active_satellites": {
        "s_phones": {
            "parent": "h_people", "child_keys": "kind", "payload": "number", "from": "phones",
        }
    },
}  # fmt: skip


def members(*found: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{"person": person, "age": age} for person, age in found]


def test_a_released_snapshot_is_still_a_whole_one() -> None:
    with open_lake(CLUB) as vault:
        given = members(("ann", "1"), ("bob", "2"), ("cid", "?"), ("dan", "?"))
        vault.add_batch("members", given, load_ts=day(1), batch_id="a", record_source="crm")
        vault.load()
        cid, dan = (
            [{"row_no": 3, "person": "cid", "age": 3}],
            [{"row_no": 4, "person": "dan", "age": 4}],
        )
        released = vault.release("a", cid, load_ts=day(2), new_batch_id="b")
        vault.load()
        assert (released.released, released.carried, released.left) == (1, 2, 1)
        vault.release("a", dan, load_ts=day(3), new_batch_id="c")
        vault.load()
        states = [("ACTIVE", day(1)), ("ACTIVE", day(1)), ("ACTIVE", day(2)), ("ACTIVE", day(3))]
        assert rows(vault, "st_people", "status load_ts") == states
        assert len(rows(vault, "s_people", "age")) == 4
        assert {row[0] for row in rows(vault, "s_people", "record_source")} == {"crm"}
        before = [rows(vault, name, "load_ts batch_id") for name in ("st_people", "s_people")]
        vault.rebuild()
        assert before == [
            rows(vault, name, "load_ts batch_id") for name in ("st_people", "s_people")
        ]
        vault.add_batch(
            "members", members(("ann", "1"), ("eve", "?")), load_ts=day(4), batch_id="d"
        )
        vault.add_batch("members", members(("ann", "1")), load_ts=day(5), batch_id="e")
        with pytest.raises(BatchError, match="the newer snapshot e"):
            vault.release("d", members(("eve", "5")))


def test_a_released_member_comes_with_its_set() -> None:
    with open_lake(CLUB) as vault:
        given = [("ann", "home", "1"), ("ann", "work", "?"), ("bob", "home", "3")]
        batch = [dict(zip(("person", "kind", "number"), row, strict=True)) for row in given]
        vault.add_batch("phones", batch, load_ts=day(1), batch_id="a")
        vault.load()
        fixed = [{"row_no": 2, "person": "ann", "kind": "work", "number": 2}]
        assert vault.release("a", fixed, load_ts=day(2)).carried == 1
        vault.load()
        assert rows(vault, "s_phones", "kind number load_ts") == [
            ("home", 1, day(1)),
            ("home", 1, day(2)),
            ("home", 3, day(1)),
            ("work", 2, day(2)),
        ]


@pytest.mark.parametrize("delimiter", [";", ","])
def test_an_export_with_commas_corrects_a_file_without(tmp_path: Path, delimiter: str) -> None:
    with people() as plain:
        declared = plain.warehouse.model_dump(by_alias=True)
    declared["sources"]["people"]["delimiter"] = ";"
    with open_lake(declared) as vault:
        delivered(vault, tmp_path, LINES.replace(",", ";"))
        fixed = tmp_path / "fixed.csv"
        fixed.write_text("row_no,person,name,age\n3,bob,Bob,2\n".replace(",", delimiter))
        assert vault.release("first", fixed).staged.loaded == 1


def test_rows_that_were_given_are_read_again_too() -> None:
    strict = {"person": "text", "age": {"type": "integer", "nullable": False}, "seen": "timestamp"}
    with people(strict) as vault:
        given = [{"person": "ann", "age": None, "seen": day(1)}, {"person": "b", "age": 1}]
        vault.add_batch("people", given, load_ts=day(1), batch_id="first")
        with pytest.raises(BatchError, match=r"refused again.* not_null:age"):
            vault.release("first")
        with people({**strict, "age": "integer"}) as other:
            vault.warehouse = other.warehouse
        vault.release("first", load_ts=day(2))
        vault.load()
        assert rows(vault, "s_people", "age seen") == [(1, None), (None, day(1))]


def test_a_column_that_became_optional_lets_the_lines_in(tmp_path: Path) -> None:
    needed = {"person": "text", "name": {"type": "text", "nullable": False}}
    optional = {**needed, "name": {"type": "text", "nullable": False, "optional": True}}
    with people(needed) as vault:
        delivered(vault, tmp_path, "person,other\nann,1\nbob\n")
        with people(optional) as other:
            vault.warehouse = other.warehouse
        released = vault.release("first")
        assert (released.released, released.staged.loaded, released.left) == (1, 1, 1)
        with pytest.raises(BatchError, match="none of the 1 quarantined rows can be read again"):
            vault.release("first")


def test_a_failed_release_leaves_nothing_behind(vault: Vault, tmp_path: Path) -> None:
    first = delivered(vault, tmp_path)
    fixed = [{"row_no": 3, "person": "bob", "name": "Bob", "age": 4}]
    with pytest.raises(BatchError, match="has the load time"):
        vault.release(first, fixed, load_ts=day(1))
    assert vault.release(first, fixed, load_ts=day(2)).released == 1
