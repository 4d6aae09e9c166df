"""What a session remembers of the catalog, and what makes it forget."""

import duckdb
import pytest

from vault_assets.targets.session import Session

READS = "select count(*) from duckdb_tables() where not temporary"


@pytest.fixture
def session() -> Session:
    return Session(duckdb.connect(), set(), alone=True)


def tables(session: Session) -> int:
    return session.catalog("tables", lambda: session.value(READS))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("create table t (a integer)", 2),
        ("-- header\n  create or replace table u as select 1 as a", 2),
        ("drop table known", 0),
        ("-- one\n-- two\ndrop table if exists known", 0),
    ],
)
def test_a_change_of_the_tables_is_seen(session: Session, change: str, found: int) -> None:
    session.run("create table known (a integer)")
    session.facts.add("known is there")
    assert tables(session) == 1
    session.run(change)
    assert tables(session) == found
    assert not session.facts


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
    session.facts.add("known is there")
    assert tables(session) == 1
    session.connection.execute("create table unseen (a integer)")
    session.run(statement)
    assert tables(session) == 1
    assert session.facts == {"known is there"}


def test_a_session_that_others_may_overtake_remembers_nothing() -> None:
    session = Session(duckdb.connect())
    assert tables(session) == 0
    session.connection.execute("create table t (a integer)")
    assert tables(session) == 1
