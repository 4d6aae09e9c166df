"""The five marts of warehouse `social`, by hand: small vaults with ghosts and history."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp, parse_one
from sqlglot.lineage import lineage

SQL = Path(__file__).parents[2] / "sql" / "social" / "mart"
MARTS = {
    "group_conversion": {
        "group_id": "BIGINT",
        "group_name": "VARCHAR",
        "registration_dt": "TIMESTAMP",
        "cnt_added_users": "BIGINT",
        "cnt_users_in_group_with_messages": "BIGINT",
        "group_conversion": "DOUBLE",
        "rank": "BIGINT",
    },
    "writer_age": {"age": "BIGINT", "users": "BIGINT"},
    "groups_per_month": {"month": "VARCHAR", "groups": "BIGINT"},
    "messages_per_user": {
        "authors": "BIGINT",
        "min": "BIGINT",
        "q25": "DOUBLE",
        "median": "DOUBLE",
        "q75": "DOUBLE",
        "max": "BIGINT",
    },
    "group_activity": {
        "group_id": "BIGINT",
        "added": "BIGINT",
        "current_members": "BIGINT",
        "messages": "BIGINT",
        "writers": "BIGINT",
        "never_wrote": "BIGINT",
        "group_name": "VARCHAR",
    },
}
COLUMNS = {
    "h_groups": "hk_group_id uuid, group_id bigint, registration_dt timestamp",
    "l_user_message": "lk_user_message uuid, hk_user_id uuid, hk_message_id uuid",
    "l_groups_dialogs": "lk_groups_dialogs uuid, hk_message_id uuid, hk_group_id uuid",
    "l_user_group_activity": "lk_user_group_activity uuid, hk_user_id uuid, hk_group_id uuid",
    "s_group_name": "hk_group_id uuid, group_name varchar",
    "s_user_socdem": "hk_user_id uuid, country varchar, age bigint",
    "s_auth_history": "lk_user_group_activity uuid, user_id_from bigint, event varchar, "
    "event_dt timestamp",
}
META = ", load_ts timestamp, record_source varchar, batch_id varchar"
GHOSTS = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
at = datetime.fromisoformat
FIRST_LOAD = at("2021-06-21")
SOME_DAY = at("2020-10-10")


def later(days: int) -> datetime:
    return FIRST_LOAD + timedelta(days=days)


def key(*parts: object) -> uuid.UUID:
    text = "".join(f"{part}|" for part in parts)
    return uuid.UUID(hashlib.md5(text.encode()).hexdigest())


class Vault:
    """The tables of schema `vault` that the marts read, with their ghost rows."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("create schema vault")
        for table, columns in COLUMNS.items():
            history = ", load_seq integer, hashdiff uuid" if table.startswith("s_") else ""
            self.con.execute(f"create table vault.{table} ({columns}{META}{history})")
            for ghost in GHOSTS:
                self._insert(
                    table,
                    {
                        part.split()[0]: ghost if part.endswith(" uuid") else None
                        for part in columns.split(", ")
                    }
                    | {"batch_id": "ghost", "load_ts": at("1900-01-01")},
                )

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        row = {"load_ts": FIRST_LOAD, "batch_id": "b1", "record_source": "s3"} | row
        values = ", ".join("?" * len(row))
        self.con.execute(
            f"insert into vault.{table} ({', '.join(row)}) values ({values})", list(row.values())
        )

    def group(self, group: int, registered: datetime) -> None:
        self._insert(
            "h_groups",
            {"hk_group_id": key(group), "group_id": group, "registration_dt": registered},
        )
        self.name(group, f"group {group}")

    def name(self, group: int, name: str, *, load: int = 0, seq: int = 0) -> None:
        row = {
            "hk_group_id": key(group),
            "group_name": name,
            "load_ts": later(load),
            "load_seq": seq,
        }
        self._insert("s_group_name", row)

    def age(self, user: int, age: int | None, *, load: int = 0, seq: int = 0) -> None:
        row = {"hk_user_id": key(user), "age": age, "load_ts": later(load), "load_seq": seq}
        self._insert("s_user_socdem", row)

    def log(self, group: int, user: int, *events: str, times: Iterable[datetime] = ()) -> None:
        pair = key(user, group)
        link = {
            "lk_user_group_activity": pair,
            "hk_user_id": key(user),
            "hk_group_id": key(group),
        }
        self._insert("l_user_group_activity", link)
        moments = times or [SOME_DAY + timedelta(hours=hour) for hour in range(len(events))]
        for event, moment in zip(events, moments, strict=True):
            row = {
                "lk_user_group_activity": pair,
                "event": event,
                "event_dt": moment,
                "load_seq": 0,
            }
            self._insert("s_auth_history", row)

    def message(self, message: int, author: int | None, group: int | None) -> None:
        if author is not None:
            row = {"hk_user_id": key(author), "hk_message_id": key(message)}
            self._insert("l_user_message", row)
        if group is not None:
            row = {"hk_message_id": key(message), "hk_group_id": key(group)}
            self._insert("l_groups_dialogs", row)

    def mart(self, name: str, groups: int = 10) -> list[tuple[Any, ...]]:
        sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
        return self.con.execute(sql, {"groups": groups} if "$groups" in sql else None).fetchall()


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def example(vault: Vault) -> Vault:
    """Six users and three groups; user 9 writes in group 1 without being a member."""
    for user, age in {1: 20, 2: 30, 3: 30, 4: None, 5: 40, 9: 30}.items():
        vault.age(user, age)
    vault.group(1, at("2020-10-01"))
    vault.group(2, at("2020-10-02"))
    vault.group(3, at("2020-11-01"))
    vault.log(1, 1, "create")
    vault.log(1, 2, "add", "add")
    vault.log(1, 3, "add", "leave")
    vault.log(1, 4, "add")
    vault.log(2, 5, "add")
    for message, (author, group) in enumerate([(2, 1), (2, 1), (9, 1), (2, None)]):
        vault.message(message, author, group)
    return vault


def test_conversion_ranks_the_two_oldest_groups(example: Vault) -> None:
    assert example.mart("group_conversion", groups=2) == [
        (1, "group 1", at("2020-10-01"), 3, 2, pytest.approx(2 / 3), 1),
        (2, "group 2", at("2020-10-02"), 1, 0, 0.0, 2),
    ]


def test_writer_age_counts_each_writer_once(example: Vault) -> None:
    assert example.mart("writer_age", groups=2) == [(30, 2)]


def test_groups_are_counted_by_the_month_of_their_registration(example: Vault) -> None:
    assert example.mart("groups_per_month") == [("2020-10", 2), ("2020-11", 1)]


def test_messages_per_user_counts_private_ones_too(example: Vault) -> None:
    assert example.mart("messages_per_user") == [(2, 1, 1.5, 2.0, 2.5, 3)]


def test_group_activity_has_every_group(example: Vault) -> None:
    assert example.mart("group_activity") == [
        (1, 3, 3, 3, 2, 2, "group 1"),
        (2, 1, 1, 0, 0, 1, "group 2"),
        (3, 0, 0, 0, 0, 0, "group 3"),
    ]


def test_group_a_with_40_writers_of_50_beats_b_with_50_of_100(vault: Vault) -> None:
    a, b = 2, 1
    for group, added, writers in ((a, 50, 40), (b, 100, 50)):
        vault.group(group, SOME_DAY)
        for user in range(added):
            vault.log(group, user, "add")
        for user in range(writers):
            vault.message(group * 1000 + user, user, group)
    conversion = [(row[0], row[3], row[4], row[5]) for row in vault.mart("group_conversion")]
    assert conversion == [(a, 50, 40, 0.8), (b, 100, 50, 0.5)]


def test_no_more_than_n_groups_are_compared_and_ties_go_to_the_smaller_id(vault: Vault) -> None:
    for group in range(12, 0, -1):
        vault.group(group, SOME_DAY)
    assert [row[0] for row in vault.mart("group_conversion", groups=10)] == list(range(1, 11))
    assert [row[0] for row in vault.mart("group_conversion", groups=3)] == [1, 2, 3]


def test_groups_of_equal_conversion_are_ranked_by_id(vault: Vault) -> None:
    for group in (7, 3):
        vault.group(group, SOME_DAY - timedelta(days=group))
        vault.log(group, 1, "add")
    assert [(row[0], row[6]) for row in vault.mart("group_conversion")] == [(3, 1), (7, 2)]


def test_a_group_without_added_users_has_no_conversion_and_is_last(vault: Vault) -> None:
    vault.group(1, SOME_DAY)
    vault.log(1, 1, "create")
    vault.message(1, 1, 1)
    vault.group(2, SOME_DAY)
    vault.log(2, 1, "add")
    rows = vault.mart("group_conversion")
    assert [(row[0], row[3], row[4], row[5], row[6]) for row in rows] == [
        (2, 1, 0, 0.0, 1),
        (1, 0, 1, None, 2),
    ]


def test_more_writers_than_added_users_make_a_conversion_above_one(vault: Vault) -> None:
    vault.group(1, SOME_DAY)
    vault.log(1, 1, "add")
    vault.message(1, 1, 1)
    vault.message(2, 2, 1)
    assert vault.mart("group_conversion")[0][5] == 2.0


def test_a_user_added_three_times_is_one_added_user(vault: Vault) -> None:
    vault.group(1, SOME_DAY)
    vault.log(1, 1, "add", "leave", "add", "leave", "add")
    assert vault.mart("group_conversion")[0][3] == 1
    assert vault.mart("group_activity")[0][:3] == (1, 1, 1)


def test_names_and_ages_are_the_latest_of_their_history(example: Vault) -> None:
    example.name(1, "older", load=1, seq=1)
    example.name(1, "old", load=1, seq=0)
    example.name(1, "new", load=2, seq=0)
    example.age(2, 31, load=1)
    example.age(2, 32, load=1, seq=1)
    example.age(9, None, load=3)
    assert example.mart("group_conversion", groups=1)[0][1] == "new"
    assert example.mart("group_activity")[0][6] == "new"
    assert example.mart("writer_age", groups=2) == [(32, 1), (None, 1)]


def test_a_writer_without_any_age_row_counts_under_no_age(vault: Vault) -> None:
    vault.group(1, SOME_DAY)
    vault.message(1, 77, 1)
    assert vault.mart("writer_age") == [(None, 1)]


def test_writers_of_younger_groups_are_no_part_of_writer_age(example: Vault) -> None:
    example.message(50, 1, 3)
    assert example.mart("writer_age", groups=2) == [(30, 2)]
    assert example.mart("writer_age", groups=3) == [(20, 1), (30, 2)]


def test_a_message_of_an_unknown_author_counts_without_a_writer(example: Vault) -> None:
    example.message(50, None, 2)
    assert example.mart("group_activity")[1] == (2, 1, 1, 1, 0, 1, "group 2")


@pytest.mark.parametrize("events", [("add", "leave"), ("leave", "add"), ("create", "leave")])
def test_a_leave_wins_over_an_event_of_the_same_time(vault: Vault, events: tuple[str, str]) -> None:
    vault.group(1, SOME_DAY)
    vault.log(1, 1, *events, times=[SOME_DAY, SOME_DAY])
    assert vault.mart("group_activity")[0][2] == 0


def test_a_leave_without_an_entry_makes_nobody_a_member(vault: Vault) -> None:
    vault.group(1, SOME_DAY)
    vault.log(1, 1, "leave")
    assert vault.mart("group_activity")[0][:3] == (1, 0, 0)


def test_a_group_of_id_zero_and_a_group_without_a_name_are_groups(vault: Vault) -> None:
    vault.group(0, SOME_DAY)
    vault.con.execute("delete from vault.s_group_name where batch_id <> 'ghost'")
    assert vault.mart("group_conversion") == [(0, None, SOME_DAY, 0, 0, None, 1)]
    assert vault.mart("group_activity") == [(0, 0, 0, 0, 0, 0, None)]


def test_an_empty_vault_has_empty_marts(vault: Vault) -> None:
    assert vault.mart("messages_per_user") == [(0, None, None, None, None, None)]
    for name in MARTS.keys() - {"messages_per_user"}:
        assert vault.mart(name) == []


@pytest.mark.parametrize("name", MARTS)
def test_columns_and_types_are_as_promised(vault: Vault, name: str) -> None:
    vault.mart(name)
    described = vault.con.description or []
    assert {column[0]: str(column[1]) for column in described} == MARTS[name]


@pytest.mark.parametrize("name", MARTS)
def test_every_column_leads_back_to_vault_columns(name: str) -> None:
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    schema = {"vault": {table: _names(columns) for table, columns in COLUMNS.items()}}
    query = parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Select)
    for column in query.named_selects:
        nodes = lineage(column, sql, schema=schema, dialect="duckdb").walk()
        sources = [node.source for node in nodes if not node.downstream]
        assert sources, column
        assert all(isinstance(source, exp.Table) for source in sources), column


def _names(columns: str) -> dict[str, str]:
    meta = "load_ts timestamp, batch_id varchar, load_seq integer"
    return dict(part.split(" ", 1) for part in f"{columns}, {meta}".split(", "))
