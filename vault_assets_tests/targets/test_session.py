"""What a session remembers of the catalog, and what makes it forget."""

import duckdb
import pytest

from vault_assets.targets.session import Session

FACTS = {"main.known": "there", "main.u": "new"}
READS = "select count(*) from duckdb_tables() where not temporary"


@pytest.fixture
def session() -> Session:
    return Session(duckdb.connect(), {}, alone=True)


def tables(session: Session) -> int:
    return session.catalog("tables", lambda: session.value(READS))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ('create table "main"."t" (a integer)', 2),
        ("-- header\n  create or replace table main.u as select 1 as a", 2),
        ("drop table main.known", 0),
        ('-- one\n-- two\ndrop table if exists "main"."known"', 0),
    ],
)
def test_a_change_of_the_tables_is_seen(session: Session, change: str, found: int) -> None:
    session.run("create table known (a integer)")
    session.facts.update(FACTS)
    assert tables(session) == 1
    session.run(change)
    assert tables(session) == found
    assert list(session.facts) == [label for label in FACTS if label not in change.replace('"', "")]


@pytest.mark.parametrize(
    "statement",
    [
        "create temp table t (a integer)",
        "create or replace temp view v as select 1 as a",
        "create schema if not exists s",
        "-- create table\ninsert into known values (1)",
        "drop table if exists temp.t",
    ],
)
def test_other_statements_change_nothing_that_is_known(session: Session, statement: str) -> None:
    session.run("create table known (a integer)")
    session.facts.update(FACTS)
    assert tables(session) == 1
    session.connection.execute("create table unseen (a integer)")
    session.run(statement)
    assert tables(session) == 1
    assert session.facts == FACTS


def test_a_session_that_others_may_overtake_remembers_nothing() -> None:
    session = Session(duckdb.connect())
    assert tables(session) == 0
    session.connection.execute("create table t (a integer)")
    assert tables(session) == 1
