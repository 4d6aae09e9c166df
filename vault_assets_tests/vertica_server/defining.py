"""Statements that define: tables, views, schemas. Each of them commits."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vault_assets_tests.vertica_server import altering, declaring, rewriting, stores, translating
from vault_assets_tests.vertica_server.catalog import (
    Column,
    Layout,
    Table,
    create_sql,
    quoted,
    with_keys,
)
from vault_assets_tests.vertica_server.changing import changing, forget, keep
from vault_assets_tests.vertica_server.faults import Fault, syntax, unsupported
from vault_assets_tests.vertica_server.lexing import Token, by_comma, joined
from vault_assets_tests.vertica_server.lexing import tokens as lexed

if TYPE_CHECKING:
    from vault_assets_tests.vertica_server.session import Session


def define(session: "Session", tokens: Sequence[Token]) -> str:
    """Run a statement and return its command tag."""
    words = tuple(token.upper for token in tokens[:6])
    if words[0] in {"COMMENT", "GRANT", "REVOKE"} or words[1:2] == ("PROJECTION",):
        session.commit()
        return words[0]
    if words[:2] == ("ALTER", "SESSION"):
        session.parameters |= stores.session_parameters(tokens)
        return "ALTER SESSION"
    if words[0] == "CREATE":
        return _create(session, tokens, words)
    if words[0] == "DROP":
        return _drop(session, tokens, words)
    if words[:2] == ("TRUNCATE", "TABLE"):
        table = session.required(*declaring.table_name(tokens, 2)[0])
        with changing(session):
            session.duck.execute(f"delete from {table.duck_name}")
        return "TRUNCATE TABLE"
    if words[:2] == ("ALTER", "TABLE"):
        altering.alter(session, tokens)
        return "ALTER TABLE"
    raise syntax(f'at or near "{tokens[min(1, len(tokens) - 1)].text}"')


def create(session: "Session", table: Table, fill: str = "") -> None:
    """Make a table, filled by a query of DuckDB if one is given."""
    table = with_keys(table)
    _check_layout(table)
    with changing(session):
        session.duck.execute(create_sql(table))
        if fill:
            session.duck.execute(f"insert into {table.duck_name} {fill}")
    keep(session, table)


def _check_layout(table: Table) -> None:
    for name in table.layout.order_by.split(","):
        plain = name.strip().strip('"').rpartition(".")[2]
        if plain and table.column(plain) is None:
            raise Fault("42703", f'Column "{plain}" of ORDER BY does not exist')
    expression, _, grouped = table.layout.partition_by.partition(" group by ")
    if grouped and expression.replace(" ", "") not in grouped.replace(" ", ""):
        raise syntax("GROUP BY must repeat the expression of PARTITION BY")
    # The type of a cast is no column, even if a column has its name.
    for token in lexed(re.sub(r"::\s*\w+", "", expression)):
        column = table.column(token.value) if token.kind in {"name", "word"} else None
        if column and column.nullable:
            raise Fault("42601", f'Column "{column.name}" of PARTITION BY must be NOT NULL')


def _create(session: "Session", tokens: Sequence[Token], words: tuple[str, ...]) -> str:
    if words[1] == "SCHEMA":
        quiet = words[2:5] == ("IF", "NOT", "EXISTS")
        name = tokens[5 if quiet else 2].value
        with changing(session):
            session.duck.execute(f"create schema {'if not exists ' * quiet}{quoted(name)}")
        return "CREATE SCHEMA"
    if words[1] == "VIEW" or words[1:4] == ("OR", "REPLACE", "VIEW"):
        _create_view(session, tokens, replaces=words[1] == "OR")
        return "CREATE VIEW"
    _create_table(session, tokens)
    return "CREATE TABLE"


def _create_table(session: "Session", tokens: Sequence[Token]) -> None:
    made = declaring.creation(tokens, translating.expression)
    table = made.table
    same = session.temporary.get(table.name.lower()) if table.temporary else None
    if same or (not table.temporary and session.catalog.find(table.schema, table.name)):
        if made.if_not_exists:
            session.commit()
            return
        raise Fault("42710", f'Object "{table.name}" already exists')
    if made.like:
        other = session.required(*made.like)
        partition = Layout(partition_by=other.layout.partition_by)
        layout = other.layout if made.with_projections else partition
        table = replace(table, columns=other.columns, keys=other.keys, layout=layout)
    fill = ""
    if made.query:
        columns, fill = _query_columns(session, made.query)
        if made.table.columns:
            raise unsupported("CREATE TABLE AS with types")
        table = replace(table, columns=columns)
    create(session, table, fill)


def _query_columns(session: "Session", query: str) -> tuple[tuple[Column, ...], str]:
    found = lexed(query)
    fields = session.describe(found) or []
    sql = translating.translated(rewriting.rewritten(found), session.lookup, session.types).sql
    return tuple(Column(name, kind) for name, kind in fields), sql


def _create_view(session: "Session", tokens: Sequence[Token], *, replaces: bool) -> None:
    (schema, name), place = declaring.table_name(tokens, 4 if replaces else 2)
    columns = ""
    if tokens[place].upper == "(":
        end = next(p for p in range(place, len(tokens)) if tokens[p].upper == ")")
        columns, place = joined(tokens[place : end + 1]), end + 1
    if tokens[place].upper != "AS":
        raise syntax(f'at or near "{tokens[place].text}"')
    text = rewriting.rewritten(tokens[place + 1 :])
    query = translating.translated(text, session.lookup, session.types).sql
    target = f"{quoted(schema or 'public')}.{quoted(name)}"
    with changing(session):
        head = "create or replace view" if replaces else "create view"
        session.duck.execute(f"{head} {target} {columns} as {query}")


def _drop(session: "Session", tokens: Sequence[Token], words: tuple[str, ...]) -> str:
    quiet = words[2:4] == ("IF", "EXISTS")
    rest = list(tokens[4 if quiet else 2 :])
    cascades = rest[-1].upper == "CASCADE"
    rest = rest[:-1] if rest[-1].upper in {"CASCADE", "RESTRICT"} else rest
    names = [declaring.table_name(part, 0)[0] for part in by_comma(rest)]
    if words[1] == "TABLE":
        _drop_tables(session, names, quiet=quiet)
    elif words[1] == "VIEW":
        with changing(session):
            for schema, name in names:
                target = f"{quoted(schema or 'public')}.{quoted(name)}"
                session.duck.execute(f"drop view {'if exists ' * quiet}{target}")
    elif words[1] == "SCHEMA":
        _drop_schemas(session, [name for _, name in names], quiet=quiet, cascades=cascades)
    else:
        raise syntax(f'at or near "{tokens[1].text}"')
    return f"DROP {words[1]}"


def _drop_tables(session: "Session", names: list[tuple[str, str]], *, quiet: bool) -> None:
    found = [session.lookup(*n) if quiet else session.required(*n) for n in names]
    tables = [table for table in found if table]
    with changing(session):
        for table in tables:
            session.duck.execute(f"drop table {table.duck_name}")
    for table in tables:
        forget(session, table)


def _drop_schemas(session: "Session", names: list[str], *, quiet: bool, cascades: bool) -> None:
    lowered = {name.lower() for name in names}
    inside = [t for t in list(session.catalog.tables.values()) if t.schema.lower() in lowered]
    with changing(session):
        for name in names:
            end = " cascade" if cascades else ""
            session.duck.execute(f"drop schema {'if exists ' * quiet}{quoted(name)}{end}")
    for table in inside:
        session.catalog.drop(table)


def create_temporary(session: "Session", table: Table) -> Table:
    """Make a temporary table inside the open transaction, which goes on."""

    def make() -> None:
        session.duck.execute(create_sql(table))
        session.fresh.add(table.name.lower())
        keep(session, table)

    session.begin()
    make()
    session.journal.append(make)
    return table
