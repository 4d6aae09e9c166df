"""Marts by key: only keys that new batches touch are built anew, and nothing is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.loading.audits import Audit, AuditsFailedError
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.judging import judge_mart
from vault_assets.loading.marts import build_mart
from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.keyed_towns import (
    INCREMENTAL,
    build,
    equals_whole,
    table,
    visits_town,
)
from vault_assets_tests.loading.lakes import file_lake, memory_lake

DAY = "2024-05-01 09:00"
FIRST = (("s", "home", 2, DAY), ("s", "shop", 3, DAY), ("t", "help", 4, DAY))


@pytest.fixture
def house() -> Iterator[House]:
    with memory_lake() as lake:
        yield House(lake, visits_town())


def changed(house: House, name: str, **more: Any) -> None:
    """Declare a mart otherwise from here on."""
    house.warehouse = visits_town(**{name: more})


def test_the_first_build_builds_every_key(house: House) -> None:
    house.land("visits", *FIRST)
    house.land("visits", ("u", "end", 1, DAY))
    assert build(house).keys == 3
    equals_whole(house, "sessions")


def test_a_new_batch_replaces_its_keys_and_only_these(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    house.lake.session().run("update mart.sessions set seconds = 99 where session = 't'")
    house.land("visits", ("s", "pay", 5, DAY))
    written = build(house)
    assert (written.keys, written.rows, written.partitions) == (1, 1, None)
    assert [(session, seconds) for session, _, seconds in table(house, "sessions")] == [
        ("s", 10), ("t", 99),
    ]  # fmt: skip


def test_nothing_new_writes_nothing(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    written = build(house)
    assert (written.keys, written.rows) == (0, 0)
    assert not any(line.startswith(("delete", "insert")) for line in written.statements)


def test_rows_that_share_a_key_are_replaced_together(house: House) -> None:
    house.land("visits", ("s", "home", 1, DAY), ("s", "home", 2, DAY), ("s", "shop", 3, DAY))
    assert build(house, "pages").rows == 3
    house.land("visits", ("s", "home", 4, DAY))
    written = build(house, "pages")
    assert (written.keys, written.rows) == (1, 3)
    equals_whole(house, "pages")


def test_a_changed_key_whose_rows_are_gone_is_deleted(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    house.land("visits", ("u", "help", 1, DAY))
    assert build(house).keys == 2
    assert [session for session, *_ in table(house, "sessions")] == ["s", "u"]
    equals_whole(house, "sessions")


def test_a_batch_loaded_anew_builds_all_keys(house: House) -> None:
    batch = house.land("visits", *FIRST)
    house.land("visits", ("u", "end", 1, DAY))
    for name in INCREMENTAL:
        build(house, name)
    house.restage(batch, ("v", "home", 7, DAY))
    house.reload(batch)
    assert build(house).keys == 4  # two of them only to be deleted
    for name in INCREMENTAL[1:]:
        build(house, name)
    for name in INCREMENTAL:
        equals_whole(house, name)
    assert build(house).keys == build(house, "long").keys == 0


def test_a_rebuilt_vault_and_changed_columns_build_all_keys(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    rebuild_vault(house.lake, house.warehouse, run_id="rebuild")
    assert build(house).keys == 2
    sql = house.warehouse.marts["sessions"].sql.replace("as began", "as began, 1 as one")
    changed(house, "sessions", sql=sql)
    assert build(house).keys == 2
    assert len(table(house, "sessions")[0]) == 4


def test_all_keys_are_built_by_hand(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    house.lake.session().run("update mart.sessions set seconds = 99")
    assert build(house, partitions="all").keys == 2
    equals_whole(house, "sessions")
    with pytest.raises(DeclarationError, match="is replaced by key"):
        build(house, partitions="2024-05-01")


def test_a_mart_waits_for_the_mart_by_key_or_partition_that_it_reads(house: House) -> None:
    house.land("visits", *FIRST)
    for name in INCREMENTAL:
        build(house, name)
    house.land("visits", ("t", "pay", 5, DAY))
    assert (build(house, "long").keys, build(house, "days").partitions) == (0, ())
    build(house)
    assert build(house, "long").keys == 1
    assert build(house, "busy").keys == 0
    assert len(build(house, "days").partitions or ()) == 1
    assert build(house, "busy").keys == 1
    for name in INCREMENTAL:
        if name != "pages":  # it was not built
            equals_whole(house, name)


def test_rows_of_other_keys_are_refused(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    before = table(house, "sessions")
    changed(house, "sessions", sql=house.warehouse.marts["whole_sessions"].sql)
    house.land("visits", ("s", "pay", 5, DAY))
    with pytest.raises(AuditsFailedError, match=r"only_changed_keys \(1 rows\)") as error:
        build(house)
    verdict, *_ = error.value.verdicts
    assert verdict.sample == [{"session": "t", "rows_of_other_keys": 1}]
    assert table(house, "sessions") == before


def test_a_null_in_a_key_is_refused(house: House) -> None:
    house.land("visits", *FIRST)
    build(house)
    sql = "select s.session from stage.visits as s inner join new_batches using (batch_id)"
    changed(house, "sessions", incremental={"key": "session", "changed": sql})
    house.land("visits", (None, "pay", 5, DAY))
    before = table(house, "sessions")
    with pytest.raises(TargetError, match="returns NULL as 'session'"):
        build(house)
    assert table(house, "sessions") == before


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("s.session as sessions", "returns sessions, but the key is session"),
        ("s.session, s.page", "returns page, session, but the key is session"),
    ],
)
def test_a_query_for_other_keys_is_refused(house: House, select: str, said: str) -> None:
    sql = f"select {select} from stage.visits as s inner join new_batches using (batch_id)"
    changed(house, "sessions", incremental={"key": "session", "changed": sql})
    house.land("visits", *FIRST)
    with pytest.raises(TargetError, match=said):
        build(house)


def test_a_key_of_another_type_is_refused(house: House) -> None:
    sql = "select v.seen as day from stage.visits as v inner join new_batches using (batch_id)"
    changed(house, "busy", incremental={"key": "day", "changed": sql})
    house.land("visits", *FIRST)
    build(house)
    build(house, "days")
    with pytest.raises(TargetError, match="'day' of the key is date, but `changed` returns times"):
        build(house, "busy")


def test_checks_may_read_the_changed_keys(house: House) -> None:
    check = {"sql": "select * from changed_keys where session = 't'", "blocking": True}
    changed(house, "sessions", checks={"no_t": check})
    audits = declared_audits(house.warehouse.marts["sessions"])
    house.land("visits", FIRST[0])
    build_mart(house.lake, house.warehouse, "sessions", extra_audits=audits)
    house.land("visits", FIRST[2])
    with pytest.raises(AuditsFailedError, match="no_t"):
        build_mart(house.lake, house.warehouse, "sessions", extra_audits=audits)
    assert all(verdict.passed for verdict in judge_mart(house.lake, house.warehouse, "sessions"))


def test_checks_may_read_the_written_rows(house: House) -> None:
    seen = Audit("seen", "-- written_rows\nselect w.session from written_rows as w")
    house.land("visits", *FIRST)

    def found(**how: Any) -> list[Any]:
        written = build_mart(house.lake, house.warehouse, "sessions", extra_audits=[seen], **how)
        (verdict,) = [v for v in written.verdicts if v.audit.name == "seen"]
        return sorted(row["session"] for row in verdict.sample)

    assert found() == ["s", "t"]
    house.land("visits", ("s", "pay", 5, DAY))
    assert found() == ["s"]
    assert found() == []
    assert found(partitions="all") == ["s", "t"]
    changed(house, "sessions", checks={"seen": {"sql": seen.sql}})
    verdicts = judge_mart(house.lake, house.warehouse, "sessions")
    assert {v.audit.name: v.failed_rows for v in verdicts}["seen"] == 2


def test_keys_are_replaced_in_a_real_lake(tmp_path: Path) -> None:
    with file_lake(tmp_path) as lake:
        house = House(lake, visits_town())
        house.land("visits", *FIRST)
        for name in INCREMENTAL:
            build(house, name)
        house.land("visits", ("u", "help", 9, DAY), ("s", "home", 9, DAY))
        for name in INCREMENTAL:
            build(house, name)
        for name in INCREMENTAL:
            equals_whole(house, name)
