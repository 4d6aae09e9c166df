"""Marts whose partitions are swapped: built beside the mart, judged, exchanged range by range."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault
from vault_assets.loading.audits import Audit, AuditsFailedError
from vault_assets.loading.marts import build_mart
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.sql.checking import check_plans
from vault_assets.targets.vertica import Vertica, client
from vault_assets.targets.vertica.names import Schemas
from vault_assets.targets.vertica.swapping import Swap, ranges
from vault_assets.targets.vertica.wire import Answer, Wire
from vault_assets_tests.loading.partitioned_towns import deeds_town
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(300)

SWAP = {"partition_by": "done_on", "replace_partitions": "swap"}
DAYS = ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05")
TOO_MUCH = Audit(
    "sum", 'select "daily"."hours" from mart.daily where hours > 100', "Days have hours.",
    blocking=True,
)  # fmt: skip
LEFT = (
    "select table_name from v_catalog.tables where right(table_name, 5) = '$swap' "
    "union all select column_name from {}.column_comments where column_name = '$swap'"
)


def swapping(**changes: Any) -> Warehouse:
    found = deeds_town(daily={"vertica": SWAP, **changes}, daily_total={"vertica": SWAP})
    return found.model_copy(update={"name": "swapping"})


@pytest.fixture
def target(server: Server, tmp_path: Path) -> Iterator[Vertica]:
    with house(server, tmp_path, "swapping") as found:
        add(found, *[(day, "Ann", 1) for day in DAYS])
        build(found)
        yield found
        for layer in ("mart", "stage", "vault", "registry"):
            found.connection().wire.run(f"drop schema if exists swapping_{layer} cascade")


def add(target: Vertica, *rows: tuple[str, str, int]) -> None:
    """Load deeds: day, person, hours."""
    vault = Vault(swapping(), target)
    deeds = [
        {"done_at": dt.datetime.fromisoformat(day), "person": person, "hours": hours}
        for day, person, hours in rows
    ]
    vault.add_batch("deeds", deeds)
    vault.load()


def build(target: Vertica, **more: Any) -> Written:
    return build_mart(target, swapping(), "daily", run_id="test", **more)


def daily(run: Callable[[str], Any]) -> list[tuple[str, str, int]]:
    rows = run("select done_on, person, hours from swapping_mart.daily order by done_on, person")
    return [(row[0].isoformat(), row[1], row[2]) for row in rows]


def stored(target: Vertica) -> list[tuple[str, str, int]]:
    return daily(lambda sql: target.connection().wire.run(sql).rows)


def left(target: Vertica) -> list[Any]:
    return target.connection().wire.run(LEFT.format("swapping_registry")).rows


OLD = [(day, "Ann", 1) for day in DAYS]
ADDED = (("2024-01-02T05", "Bob", 5), ("2024-01-03T05", "Ann", 2), ("2024-01-05T05", "Bob", 7))
NEW = sorted(
    [("2024-01-01", "Ann", 1), ("2024-01-02", "Ann", 1), ("2024-01-03", "Ann", 3),
     ("2024-01-05", "Ann", 1), ("2024-01-02", "Bob", 5), ("2024-01-05", "Bob", 7)]
)  # fmt: skip


def watched(monkeypatch: pytest.MonkeyPatch, look: Callable[[str], None]) -> None:
    """Look at the server before each statement of a load."""
    real = Wire.run

    def run(self: Wire, sql: str, data: Any = None) -> Answer:
        if " load " in self.label:
            look(sql)
        return real(self, sql, data)

    monkeypatch.setattr(Wire, "run", run)


def test_partitions_are_exchanged_range_by_range(
    target: Vertica, connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(target, *ADDED)
    other, sent, seen = connect(autocommit=True).cursor(), [], []

    def look(sql: str) -> None:
        sent.append(sql)
        rows = daily(lambda query: other.execute(query).fetchall())
        if not seen or seen[-1] != rows:
            seen.append(rows)

    watched(monkeypatch, look)
    written = build(target)
    look("")
    assert written.rows == 5
    assert [day.isoformat() for day in written.partitions or ()] == list(DAYS[1:])
    assert [count for _, count in written.stored_partitions] == [2, 1, 2, 1]
    assert seen == [OLD, HALF, NEW]
    swaps = [sql for sql in sent if "swap_partitions" in sql]
    call = "select swap_partitions_between_tables('swapping_mart.daily$swap', '{}', '{}', {}, true)"
    mart = "'swapping_mart.daily'"
    assert swaps == [
        call.format("2024-01-02", "2024-01-03", mart),
        call.format("2024-01-05", "2024-01-05", mart),
    ]
    assert not [sql for sql in sent if sql.lower().startswith('delete from "swapping_mart"')]
    assert left(target) == []


def test_nothing_new_swaps_nothing(target: Vertica, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    watched(monkeypatch, sent.append)
    assert build(target).rows == 0
    assert not [sql for sql in sent if "$swap" in sql and not sql.startswith("select table_schema")]


def test_a_blocking_check_judges_what_the_mart_would_be(target: Vertica) -> None:
    add(target, ("2024-01-02T05", "Bob", 101))
    with pytest.raises(AuditsFailedError, match=r"sum \(1 rows\)"):
        build(target, extra_audits=[TOO_MUCH])
    assert stored(target) == OLD
    both = Audit(
        "all_days", "select count(*) as days from mart.daily having count(*) <> 5",
        "Old and new rows.", blocking=True,
    )  # fmt: skip
    written = build(target, extra_audits=[both])
    assert {v.audit.name for v in written.verdicts if not v.passed} == set()
    assert len(stored(target)) == 5
    assert left(target) == []


def test_given_partitions_are_exchanged(target: Vertica) -> None:
    add(target, *ADDED)
    build(target, partitions="2024-01-02")
    assert stored(target) == sorted([*OLD, ("2024-01-02", "Bob", 5)])
    build(target)
    assert stored(target) == NEW


ALL, GIVEN = {}, {"partitions": "2024-01-02...2024-01-05"}
HALF = [row for row in NEW if row[0] < "2024-01-05"] + [OLD[-1]]
UNMARK = 'delete from "swapping_registry"."column_comments"'
Kill = tuple[str, int, dict[str, Any], list[tuple[str, str, int]]]
KILLS = [
    pytest.param(("create table", 1, ALL, OLD), id="before the new table"),
    pytest.param(("commit", 1, ALL, OLD), id="before the commit"),
    pytest.param(("select swap", 1, ALL, OLD), id="before the first exchange"),
    pytest.param(("select swap", 1, GIVEN, OLD), id="before the exchange of given ones"),
    pytest.param(("select swap", 2, ALL, HALF), id="between two exchanges"),
    pytest.param((UNMARK, 2, ALL, NEW), id="after the last"),
    pytest.param(("drop table if exists", 2, ALL, NEW), id="before the end"),
]


@pytest.mark.parametrize("kill", KILLS)
def test_a_killed_build_is_made_good_by_the_next(
    target: Vertica, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: Kill
) -> None:
    begin, place, given, between = kill
    add(target, *ADDED)
    count = []

    def die(sql: str) -> None:
        if sql.startswith(begin):
            count.append(sql)
            if len(count) == place:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        watched(patch, die)
        with pytest.raises(KeyboardInterrupt):
            build(target, **given)
    target.close()
    with house(server, tmp_path / "other", "swapping") as other:
        assert stored(other) == between
        build(other)
        assert stored(other) == NEW
        assert left(other) == []
        assert build(other).rows == 0


@pytest.mark.parametrize("begin", ["commit", "select swap", "drop table if exists"])
def test_a_lost_connection_is_made_good(
    target: Vertica, monkeypatch: pytest.MonkeyPatch, begin: str
) -> None:
    add(target, *ADDED)
    lost = []

    def lose(sql: str) -> None:
        if sql.startswith(begin) and not lost:
            lost.append(sql)
            target.connection().wire.close()
            raise client.client().errors.ConnectionError("connection reset")

    watched(monkeypatch, lose)
    build(target)
    assert lost
    assert stored(target) == NEW
    assert left(target) == []


def test_a_mart_that_is_not_divided_so_is_replaced_as_before(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house(server, tmp_path, "undivided") as target:
        plain = deeds_town().model_copy(update={"name": "undivided"})
        now = swapping().model_copy(update={"name": "undivided"})
        for warehouse, row in ((plain, OLD[0]), (now, ADDED[0])):
            vault = Vault(warehouse, target)
            deed = {"done_at": dt.datetime.fromisoformat(row[0]), "person": row[1], "hours": 1}
            vault.add_batch("deeds", [deed])
            vault.load()
            build_mart(target, warehouse, "daily", run_id="test")
        assert target.session().value("select count(*) from mart.daily") == 2
    assert "not stored in partitions of done_on" in caplog.text


@pytest.mark.parametrize(
    "marts",
    [
        {"daily": {"vertica": {"replace_partitions": "swap"}}},
        {"daily": {"vertica": {**SWAP, "partition_by": "person"}}},
        {"whole": {"vertica": SWAP}},
    ],
)
def test_a_swap_that_cannot_be_is_refused_before_anything_runs(marts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="swap is of marts whose"):
        check_plans(deeds_town(**marts))


def test_hours_are_not_swapped() -> None:
    with pytest.raises(ValueError, match="swap is of marts whose"):
        check_plans(deeds_town("hour", daily={"vertica": SWAP}))


def test_ranges_have_no_other_day_in_them() -> None:
    days = [dt.date(2024, 1, day) for day in (5, 1, 2, 3)]
    found = [(first.day, last.day) for first, last in ranges(days)]
    assert found == [(1, 3), (5, 5)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('INSERT INTO "w_mart"."m" ("a") SELECT 1', 'INSERT INTO "w_mart"."m$swap" ("a") SELECT 1'),
        ('DELETE FROM "w_mart"."m"', 'DELETE FROM "w_mart"."m$swap"'),
        ('SELECT "m"."a" FROM "w_mart"."m"', 'SELECT "m"."a" FROM {} AS "m"'),
        (
            'SELECT 1 FROM "w_mart"."n", "w_mart"."m" AS "x"',
            'SELECT 1 FROM "w_mart"."n", {} AS "x"',
        ),
        ("""SELECT '"w_mart"."m"'""",) * 2,
    ],
)
def test_statements_read_what_the_mart_would_be(sql: str, expected: str) -> None:
    day = dt.date(2024, 1, 1)
    rows = (
        '(SELECT * FROM "w_mart"."m" WHERE NOT ("d" BETWEEN \'2024-01-01\'::date AND '
        '\'2024-01-01\'::date) UNION ALL SELECT * FROM "w_mart"."m$swap")'
    )
    swap = Swap(("mart", "m"), "d", ((day, day),))
    assert swap.redirected(sql, Schemas("w")) == expected.format(rows)
