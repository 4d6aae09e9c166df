"""Rows of every kind: typed as declared, counted, refused with a reason where they do not fit."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from vault_assets.errors import BatchError
from vault_assets.targets.rows import given_rows
from vault_assets_tests.api.vaults import people, reasons, some_uuid, staged

ROWS = [{"person": "ann", "name": "Ann", "age": 20}, {"person": "bob", "name": None, "age": None}]
STAGED = [(1, "ann", "Ann", 20), (2, "bob", None, None)]
NAMES = ["person", "name", "age"]
TABLE = pa.Table.from_pylist(ROWS)


def as_relation() -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_arrow(TABLE)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(ROWS, id="dictionaries"),
        pytest.param(tuple(ROWS), id="a tuple of dictionaries"),
        pytest.param([ROWS[0], {"person": "bob"}], id="dictionaries without some keys"),
        pytest.param(TABLE, id="arrow table"),
        pytest.param(TABLE.select(["age", "name", "person"]), id="another order of columns"),
        pytest.param(TABLE.to_reader(), id="arrow reader"),
        pytest.param(pl.from_arrow(TABLE), id="polars"),
        pytest.param(pl.from_arrow(TABLE).lazy(), id="lazy polars"),  # pyright: ignore[reportAttributeAccessIssue]
        pytest.param(
            pl.DataFrame(ROWS, schema_overrides={"name": pl.Categorical, "age": pl.Int8}),
            id="other types of polars",
        ),
        pytest.param(as_relation(), id="relation"),
    ],
)
def test_rows_of_every_kind_enter(rows: Any) -> None:
    with people() as vault:
        added = vault.add_batch("people", rows)
        assert (added.records, added.loaded, added.quarantined) == (2, 2, 0)
        assert staged(vault, NAMES) == STAGED


def test_a_file_enters_as_a_landed_one_does(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("person,name,age\nann,Ann,20\nbob,,\neve,Eve,old\n")
    with people() as vault:
        added = vault.add_batch("people", file)
        assert (added.records, added.loaded, added.quarantined) == (3, 2, 1)
        assert staged(vault, NAMES) == [(2, "ann", "Ann", 20), (3, "bob", None, None)]
        assert reasons(vault) == [(4, "cast:age")]
        with pytest.raises(BatchError, match="no such file"):
            vault.add_batch("people", tmp_path / "gone.csv")


@pytest.mark.parametrize(
    "empty", [[], TABLE.slice(0, 0), TABLE.slice(0, 0).to_reader(), pa.table({})]
)
def test_no_rows_are_a_batch(empty: Any) -> None:
    with people() as vault:
        assert vault.add_batch("people", empty).records == 0
        assert [batch["status"] for batch in vault.batches()] == ["staged"]


def test_what_does_not_fit_is_refused_with_the_reason() -> None:
    broken = [
        {"person": "ann", "age": "abc"},
        {"person": None, "age": 1},
        {"person": "", "age": 1},
        {"person": "toolong", "age": 1},
        {"person": "ann", "age": 27.5},
        {"person": "ann", "age": 2**70},
        {"person": "ann", "age": float("nan")},
        {"person": "ann", "age": True},
        {"person": "ann", "age": 27.0},
        {"person": 7, "age": " 27 "},
    ]
    with people({"person": {"type": "text(5)", "nullable": False}, "age": "integer"}) as vault:
        added = vault.add_batch("people", broken)
        assert (added.records, added.loaded, added.quarantined) == (10, 3, 7)
        assert reasons(vault) == [
            (1, "cast:age"), (2, "not_null:person"), (4, "too_long:person"),
            (5, "cast:age"), (6, "cast:age"), (7, "cast:age"), (8, "cast:age"),
        ]  # fmt: skip
        assert staged(vault, ["person", "age"]) == [(3, "", 1), (9, "ann", 27), (10, "7", 27)]
        first = vault.quarantine("people").to_pylist()[0]
        assert (first["raw"], first["column_name"], first["detail"]) == (
            '{"person":"ann","age":"abc"}', "age", '"abc" is not integer',
        )  # fmt: skip


UTC = dt.UTC
PLUS_3 = dt.timezone(dt.timedelta(hours=3))
NOON = dt.datetime(2024, 1, 1, 12)  # noqa: DTZ001  without zone on purpose
AWARE = dt.datetime(2024, 1, 1, 12, tzinfo=PLUS_3)


@pytest.mark.parametrize(
    ("declared", "given", "stored"),
    [
        ("integer", 5, 5),
        ("integer", Decimal("5.0"), 5),
        ("decimal(6,2)", Decimal("1.5"), Decimal("1.50")),
        ("decimal(6,2)", 2, Decimal("2.00")),
        ("decimal(6,2)", 0.1, Decimal("0.10")),
        ("float", 0.1, 0.1),
        ("float", 3, 3.0),
        ("boolean", True, True),
        ("boolean", 1, True),
        ("date", dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        ("timestamp", NOON, NOON),
        ("timestamp", AWARE, dt.datetime(2024, 1, 1, 9)),  # noqa: DTZ001
        ("timestamp", "2024-01-01T12:00:00+03:00", dt.datetime(2024, 1, 1, 9)),  # noqa: DTZ001
        ({"type": "timestamp", "time_zone": "Europe/Berlin"}, NOON, dt.datetime(2024, 1, 1, 11)),  # noqa: DTZ001
        ("timestamp", dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)),  # noqa: DTZ001
        ("timestamptz", NOON, dt.datetime(2024, 1, 1, 12, tzinfo=UTC)),
        ("timestamptz", AWARE, dt.datetime(2024, 1, 1, 9, tzinfo=UTC)),
        ("text", " as it is ", " as it is "),
        ("text", Decimal("1.50"), "1.50"),
        ("text", "", ""),
        ({"type": "text", "empty_as_null": True}, "", None),
        ("uuid", some_uuid(), some_uuid()),
        ("uuid", str(some_uuid()), some_uuid()),
    ],
)
def test_a_value_of_the_declared_type_is_stored(declared: Any, given: Any, stored: Any) -> None:
    with people({"person": "text", "v": declared}) as vault:
        vault.add_batch("people", [{"person": "ann", "v": given}, {"person": "bob", "v": None}])
        assert staged(vault, ["v"]) == [(1, stored), (2, None)]


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("decimal(6,2)", Decimal("1.234")),
        ("decimal(6,2)", Decimal("12345.1")),
        ("float", float("inf")),
        ("boolean", 2),
        ("date", NOON),
        ("timestamp", pa.scalar(1, pa.timestamp("ns"))),
        ("uuid", "1234"),
    ],
)
def test_a_value_of_another_type_is_refused(declared: str, given: Any) -> None:
    table = pa.table({"person": ["ann"], "v": pa.array([given])})
    with people({"person": "text", "v": declared}) as vault:
        assert vault.add_batch("people", table).quarantined == 1
        assert reasons(vault) == [(1, "cast:v")]


def test_times_with_and_without_zone_may_be_mixed() -> None:
    given = [{"person": "a", "v": NOON}, {"person": "b", "v": AWARE}, {"person": "c", "v": "x"}]
    with people({"person": "text", "v": "timestamp"}) as vault:
        vault.add_batch("people", given)
        assert staged(vault, ["v"]) == [(1, NOON), (2, dt.datetime(2024, 1, 1, 9))]  # noqa: DTZ001


def test_a_stream_is_not_read_twice() -> None:
    given = given_rows(TABLE.to_reader(), {})
    assert given.open().read_all() == TABLE
    with pytest.raises(BatchError, match="can be read only once"):
        given.open()


def test_positions_are_those_of_many_rows() -> None:
    many = pa.table({"person": ["x"] * 300_000, "age": pa.array(range(300_000))})
    with people({"person": "text", "age": "integer"}) as vault:
        assert vault.add_batch("people", many.to_reader(max_chunksize=1000)).loaded == 300_000
        moved = vault.query("select count(*) as n from stage.people where row_no <> age + 1")
        assert moved.to_pylist() == [{"n": 0}]


def test_columns_that_are_not_declared_are_reported() -> None:
    with people() as vault:
        added = vault.add_batch("people", [{**ROWS[0], "Age": 1, "more": {"a": [1]}}])
        assert added.unknown_columns == ("Age", "more")
        assert added.loaded == 1
        drift = next(v for v in vault.check("people") if v.audit.name == "schema_drift")
        assert not drift.passed


def test_an_optional_column_may_be_absent_and_a_required_one_may_not() -> None:
    columns = {"person": "text", "age": {"type": "integer", "optional": True, "nullable": False}}
    with people(columns) as vault:
        vault.add_batch("people", [{"person": "ann"}])
        assert staged(vault, ["person", "age"]) == [(1, "ann", None)]
        with pytest.raises(BatchError, match="lack the column 'person'; did you mean 'Person'"):
            vault.add_batch("people", [{"Person": "ann", "age": 1}])
        assert len(vault.batches()) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([{"person": "ann", "name": b"x", "age": 1}], "'name' holds values of type binary"),
        ([{"person": "ann", "name": [1], "age": 1}], "'name' holds values of type list"),
        ([{"person": "ann", "name": ["x"], "age": 1}, {"name": "y"}], "value of type list"),
        ([{"person": "\ud800", "name": "x", "age": 1}], "no Unicode"),
        ([{}], "no columns"),
        (["ann"], "cannot take rows from a list"),
        ("people.csv", "cannot take rows from a str"),
        ("", "cannot take rows from a str"),
        (pa.table([[1], [2]], names=["person", "person"]), "'person' twice"),
    ],
)
def test_what_are_no_rows_is_said_clearly(wrong: Any, message: str) -> None:
    with people() as vault:
        with pytest.raises(BatchError, match=message):
            vault.add_batch("people", wrong)
        assert vault.batches() == []
