"""Batches of the caller: their times, ids and sources; late, empty and repeated ones; replay."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import AuditsFailedError, open_lake
from vault_assets.errors import BatchError, DeclarationError, LateBatchError, TargetError
from vault_assets_tests.api.vaults import PEOPLE, day, people, reasons, rows, source, staged

ANN = {"person": "ann", "name": "Ann", "age": 20}
BOB = {"person": "bob", "name": "Bob", "age": 30}


def test_a_batch_has_the_time_source_id_and_kind_that_it_is_given() -> None:
    with people() as vault:
        added = vault.add_batch(
            "people", [ANN], load_ts=day(1), record_source="crm", batch_id="b1", kind="full"
        )
        assert (added.records, added.loaded, added.quarantined) == (1, 1, 0)
        assert (added.batch.batch_id, added.batch.load_ts, added.batch.kind) == (
            "b1",
            day(1),
            "full",
        )
        vault.load()
        assert rows(vault, "h_people", "person load_ts record_source batch_id") == [
            ("ann", day(1), "crm", "b1")
        ]


def test_a_time_with_a_zone_is_stored_in_utc() -> None:
    zone = dt.timezone(dt.timedelta(hours=3))
    with people() as vault:
        added = vault.add_batch("people", [ANN], load_ts=dt.datetime(2024, 1, 1, 3, tzinfo=zone))
        assert added.batch.load_ts == day(1)


def test_batches_without_a_time_get_increasing_ones() -> None:
    with people() as vault:
        future = dt.datetime(2999, 1, 1)  # noqa: DTZ001
        vault.add_batch("people", [ANN], load_ts=future)
        later = [vault.add_batch("people", [ANN]).batch.load_ts for _ in range(2)]
        tick = dt.timedelta(microseconds=1)
        assert later == [future + tick, future + 2 * tick]
        assert [batch["load_ts"] for batch in vault.batches()] == [future, *later]


def test_a_load_time_is_taken_once_per_source() -> None:
    with people(sources={"people": source(PEOPLE), "other": source({"x": "integer"})}) as vault:
        vault.add_batch("people", [ANN], load_ts=day(1))
        with pytest.raises(BatchError, match="has the load time 2024-01-01 00:00:00 already"):
            vault.add_batch("people", [BOB], load_ts=day(1), late=True)
        vault.add_batch("other", [{"x": 1}], load_ts=day(1))
        assert len(vault.batches()) == 2


def test_an_id_is_taken_once() -> None:
    with people() as vault:
        vault.add_batch("people", [ANN], batch_id="b1")
        for taken in ("b1", "ghost"):
            with pytest.raises(BatchError, match="already"):
                vault.add_batch("people", [BOB], batch_id=taken)
        assert len(vault.batches()) == 1
        assert staged(vault, ["person"]) == [(1, "ann")]


@pytest.mark.parametrize("wrong", [{"load_ts": dt.date(2024, 1, 1)}, {"kind": "some"}])
def test_what_is_no_time_or_kind_is_refused(wrong: dict[str, Any]) -> None:
    with people() as vault:
        with pytest.raises(BatchError, match="is no"):
            vault.add_batch("people", [ANN], **wrong)
        assert vault.batches() == []


def test_an_earlier_time_must_be_called_late() -> None:
    with people() as vault:
        vault.add_batch("people", [ANN], load_ts=day(2))
        with pytest.raises(BatchError, match="earlier than 2024-01-02"):
            vault.add_batch("people", [BOB], load_ts=day(1))
        vault.add_batch("people", [BOB], load_ts=day(1), late=True)
        assert [batch["load_ts"] for batch in vault.batches("people")] == [day(1), day(2)]


def test_a_late_batch_is_refused_by_a_history_unless_it_repairs() -> None:
    with people() as vault:
        vault.add_batch("people", [{**ANN, "age": 21}], load_ts=day(2))
        vault.load()
        vault.add_batch("people", [ANN], load_ts=day(1), late=True)
        with pytest.raises(LateBatchError, match="older than batches that are applied"):
            vault.load()
        vault.load("s_people", repair=True)
        assert rows(vault, "s_people", "load_ts age") == [(day(1), 20), (day(2), 21)]
        assert rows(vault, "h_people", "person load_ts") == [("ann", day(1))]


def test_an_empty_batch_is_registered_and_applied() -> None:
    with people() as vault:
        added = vault.add_batch("people", [], load_ts=day(1))
        assert (added.records, added.loaded) == (0, 0)
        vault.load()
        assert [batch["rows_in"] for batch in vault.counters("s_people")] == [0]
        assert [batch["status"] for batch in vault.batches()] == ["staged"]


def test_equal_contents_are_marked_and_applied() -> None:
    with people() as vault:
        first, other, again = (vault.add_batch("people", [row]).batch for row in (ANN, BOB, ANN))
        assert (other.duplicate_of, again.duplicate_of) == (None, first.batch_id)


def test_rows_with_their_own_times_become_batches_in_order() -> None:
    given = [
        {**ANN, "age": 22, "load_ts": day(3), "record_source": "crm"},
        {**ANN, "load_ts": day(1), "record_source": "erp"},
        {**BOB, "load_ts": "2024-01-03 00:00:00", "record_source": "erp"},
        {**ANN, "age": 22, "load_ts": day(4), "record_source": None},
    ]
    with people() as vault:
        added = vault.add_rows("people", given)
        assert [(batch.batch.load_ts, batch.records) for batch in added] == [
            (day(1), 1), (day(3), 2), (day(4), 1),
        ]  # fmt: skip
        assert not any(batch.unknown_columns for batch in added)
        vault.load()
        assert rows(vault, "s_people", "load_ts age record_source") == [
            (day(1), 20, "erp"), (day(3), 22, "crm"), (day(3), 30, "erp"),
        ]  # fmt: skip
        assert staged(vault, ["person", "record_source"]) == [
            (2, "ann", "erp"), (1, "ann", "crm"), (3, "bob", "erp"), (4, "ann", "s3"),
        ]  # fmt: skip


def test_nothing_is_added_if_a_row_has_no_usable_time() -> None:
    with people() as vault:
        with pytest.raises(BatchError, match="the first of them row 2"):
            vault.add_rows("people", [{**ANN, "load_ts": day(1)}, {**BOB, "load_ts": "soon"}])
        vault.add_batch("people", [ANN], load_ts=day(2))
        own_times = [{**ANN, "load_ts": day(3)}, {**BOB, "load_ts": day(2)}]
        with pytest.raises(BatchError, match="already"):
            vault.add_rows("people", own_times)
        with pytest.raises(BatchError, match="lack the column 'load_ts'"):
            vault.add_rows("people", [ANN])
        assert len(vault.batches()) == 1
        assert vault.add_rows("people", []) == ()


def test_a_batch_is_replayed_with_mended_rows_at_its_time() -> None:
    with people() as vault:
        vault.add_batch("people", [ANN, {**BOB, "age": "?"}], load_ts=day(1), batch_id="b1")
        vault.add_batch("people", [{**ANN, "age": 21}], load_ts=day(2))
        vault.load()
        assert reasons(vault) == [(2, "cast:age")]
        vault.replay("b1", [ANN, BOB])
        assert vault.quarantine("people").num_rows == 0
        wanted = [(day(1), "Ann", 20), (day(1), "Bob", 30), (day(2), "Ann", 21)]
        assert rows(vault, "s_people", "load_ts name age") == wanted
        vault.replay("b1")
        vault.rebuild()
        assert rows(vault, "s_people", "load_ts name age") == wanted


def test_a_mart_is_built_after_those_that_it_reads() -> None:
    marts = {
        "oldest": {"sql": "select max(age) as age from mart.ages"},
        "ages": {
            "sql": "select age, count(*) as n from vault.s_people where age > $over group by age",
            "parameters": {"over": 0},
            "key": "age",
        },
    }
    with people(marts=marts) as vault:
        vault.add_batch("people", [ANN, BOB])
        vault.load()
        assert [built.table for built in vault.build()] == ["mart.ages", "mart.oldest"]
        assert vault.table("oldest").to_pylist() == [{"age": 30}]
        assert vault.build("ages").rows == 2
        assert all(verdict.passed for verdict in vault.check("ages"))


def test_a_blocking_check_leaves_a_mart_as_it_was() -> None:
    never = {"sql": "from mart.people where age > 29", "blocking": True}
    marts = {
        "people": {"sql": "select age from vault.s_people where age > 0", "checks": {"n": never}}
    }
    with people(marts=marts) as vault:
        vault.add_batch("people", [ANN])
        vault.load()
        vault.build()
        vault.add_batch("people", [BOB])
        vault.load()
        with pytest.raises(AuditsFailedError, match="n \\(1 rows\\)"):
            vault.build()
        assert vault.table("mart.people").to_pylist() == [{"age": 20}]


def test_a_table_that_is_not_loaded_yet_says_so() -> None:
    with people() as vault:
        for asked in (vault.table, vault.check):
            with pytest.raises(TargetError, match="h_people: it has not been loaded yet"):
                asked("h_people")
        with pytest.raises(TargetError, match="nowhere"):
            vault.query("from nowhere")
        assert (vault.batches(), vault.counters("h_people")) == ([], [])
        assert vault.quarantine("h_people").num_rows == 0


def test_names_that_do_not_exist_get_the_nearest() -> None:
    with people() as vault:
        with pytest.raises(BatchError, match="did you mean 'people'"):
            vault.add_batch("peple", [ANN])
        for wrong in (vault.table, vault.load, vault.counters, vault.check):
            with pytest.raises(DeclarationError, match="did you mean 'h_people'"):
                wrong("h_peple")
        with pytest.raises(BatchError, match="no batch 'b9'"):
            vault.replay("b9")


def test_a_lake_in_a_folder_is_there_the_next_time(tmp_path: Path) -> None:
    with people() as declared:
        warehouse = declared.warehouse
    with open_lake(warehouse, folder=tmp_path) as vault:
        vault.add_batch("people", [ANN], load_ts=day(1))
        vault.add_rows("people", [{**BOB, "load_ts": day(2)}])
        vault.load()
    with open_lake(warehouse, folder=tmp_path) as vault:
        assert rows(vault, "h_people", "person load_ts") == [("ann", day(1)), ("bob", day(2))]
        assert vault.load("h_people").rows_written == 0


def test_tables_and_queries_come_as_arrow_and_relations() -> None:
    with people() as vault:
        vault.add_batch("people", [ANN])
        vault.load()
        assert vault.table("h_people").num_rows == 1
        assert vault.table("h_people", ghosts=True).num_rows == 3
        asked = vault.query("select person from vault.h_people where person = $who", {"who": "ann"})
        assert asked.to_pylist() == [{"person": "ann"}]
        relation = vault.relation("select name as person, name, age from vault.s_people")
        vault.add_batch("people", relation.filter("age is not null"))
        assert len(vault.batches()) == 2
