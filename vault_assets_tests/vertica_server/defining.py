"""Statements that define: tables, views, schemas. Each of them commits."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vault_assets_tests.vertica_server import declaring, kinds, rewriting, translating
from vault_assets_tests.vertica_server.catalog import (
    Column,
    Layout,
    Table,
    create_sql,
    quoted,
    with_keys,
)
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
        _alter(session, tokens)
        return "ALTER TABLE"
    raise syntax(f'at or near "{tokens[min(1, len(tokens) - 1)].text}"')


@contextlib.contextmanager
def changing(session: "Session") -> Iterator[None]:
    """Commit what is pending, then do one change as a whole."""
    session.commit()
    session.begin()
    yield
    session.open = False
    session.duck.execute("commit")


def create(session: "Session", table: Table, fill: str = "") -> None:
    """Make a table, filled by a query of DuckDB if one is given."""
    table = with_keys(table)
    _check_layout(table)
    with changing(session):
        session.duck.execute(create_sql(table))
        if fill:
            session.duck.execute(f"insert into {table.duck_name} {fill}")
    _keep(session, table)


def _keep(session: "Session", table: Table) -> None:
    if table.temporary:
        session.temporary[table.name.lower()] = table
    else:
        session.catalog.keep(table)


def _forget(session: "Session", table: Table) -> None:
    if table.temporary:
        session.temporary.pop(table.name.lower(), None)
    else:
        session.catalog.drop(table)


def _check_layout(table: Table) -> None:
    for name in table.layout.order_by.split(","):
        plain = name.strip().strip('"').rpartition(".")[2]
        if plain and table.column(plain) is None:
            raise Fault("42703", f'Column "{plain}" of ORDER BY does not exist')
    expression, _, grouped = table.layout.partition_by.partition(" group by ")
    if grouped and expression.replace(" ", "") not in grouped.replace(" ", ""):
        raise syntax("GROUP BY must repeat the expression of PARTITION BY")


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
        _forget(session, table)


def _drop_schemas(session: "Session", names: list[str], *, quiet: bool, cascades: bool) -> None:
    lowered = {name.lower() for name in names}
    inside = [t for t in list(session.catalog.tables.values()) if t.schema.lower() in lowered]
    with changing(session):
        for name in names:
            end = " cascade" if cascades else ""
            session.duck.execute(f"drop schema {'if exists ' * quiet}{quoted(name)}{end}")
    for table in inside:
        session.catalog.drop(table)


def _alter(session: "Session", tokens: Sequence[Token]) -> None:
    words = [token.upper for token in tokens]
    if "RENAME" in words and words[words.index("RENAME") + 1 :][:1] == ["TO"]:
        _rename(session, tokens, words.index("RENAME"))
        return
    name, place = declaring.table_name(tokens, 2)
    table, rest = session.required(*name), tokens[place:]
    action = tuple(words[place : place + 2])
    if action == ("ADD", "COLUMN"):
        _add_column(session, table, rest)
    elif action == ("DROP", "COLUMN"):
        kept = tuple(c for c in table.columns if c.name.lower() != rest[2].value.lower())
        _known_column(table, rest[2].value)
        _rebuild(session, table, replace(table, columns=kept))
    elif action[0] == "RENAME":
        _rename_column(session, table, rest[2 if action[1] == "COLUMN" else 1 :])
    elif action == ("ALTER", "COLUMN"):
        _alter_column(session, table, rest[2:])
    elif action[0] == "ADD":
        _rebuild(session, table, replace(table, keys=(*table.keys, declaring.key(rest[1:]))))
    elif action == ("PARTITION", "BY"):
        by = declaring.layout(rest).partition_by
        session.commit()
        _keep(session, replace(table, layout=replace(table.layout, partition_by=by)))
    else:
        raise unsupported(f"ALTER TABLE … {' '.join(action)}")


def _known_column(table: Table, name: str) -> Column:
    if column := table.column(name):
        return column
    raise Fault("42703", f'Column "{name}" does not exist')


def _add_column(session: "Session", table: Table, rest: Sequence[Token]) -> None:
    quiet = [token.upper for token in rest[2:5]] == ["IF", "NOT", "EXISTS"]
    column, keys = declaring.column(rest[5 if quiet else 2 :], translating.expression)
    if table.column(column.name):
        if not quiet:
            raise Fault("42701", f'Column "{column.name}" already exists')
        return
    grown = replace(table, columns=(*table.columns, column), keys=(*table.keys, *keys))
    values = {column.name: column.default or "null"}
    _rebuild(session, table, grown, values)


def _rename_column(session: "Session", table: Table, rest: Sequence[Token]) -> None:
    old, new = _known_column(table, rest[0].value), rest[2].value
    columns = tuple(replace(c, name=new) if c is old else c for c in table.columns)
    _rebuild(session, table, replace(table, columns=columns), {new: quoted(old.name)})


def _alter_column(session: "Session", table: Table, rest: Sequence[Token]) -> None:
    column, words = _known_column(table, rest[0].value), tuple(t.upper for t in rest[1:4])
    if words == ("SET", "DATA", "TYPE"):
        changed = replace(column, kind=kinds.declared(rest, 4)[0])
    elif words in {("SET", "NOT", "NULL"), ("DROP", "NOT", "NULL")}:
        changed = replace(column, nullable=words[0] == "DROP")
    elif words[:2] == ("SET", "DEFAULT"):
        changed = replace(column, default=translating.expression(joined(rest[3:])))
    else:
        raise unsupported(f"ALTER COLUMN … {' '.join(words)}")
    columns = tuple(changed if c is column else c for c in table.columns)
    _rebuild(session, table, replace(table, columns=columns))


def _rebuild(
    session: "Session", old: Table, new: Table, values: dict[str, str] | None = None
) -> None:
    """Give a table its new form: DuckDB cannot add checks to a column later."""
    new = with_keys(new)
    aside = replace(old, name=f"{old.name}__before")
    taken = [(values or {}).get(c.name, quoted(c.name)) for c in new.columns]
    with changing(session):
        rename = f"alter table {old.duck_name} rename to {quoted(aside.name)}"
        session.duck.execute(rename)
        session.duck.execute(create_sql(new))
        session.duck.execute(
            f"insert into {new.duck_name} select {', '.join(taken)} from {aside.duck_name}"
        )
        session.duck.execute(f"drop table {aside.duck_name}")
    _keep(session, new)


def _rename(session: "Session", tokens: Sequence[Token], place: int) -> None:
    """Rename one table, or several at once, which is how two of them change places."""
    olds = [
        session.required(*declaring.table_name(part, 0)[0]) for part in by_comma(tokens[2:place])
    ]
    news = [declaring.table_name(part, 0)[0][1] for part in by_comma(tokens[place + 2 :])]
    if len(olds) != len(news) or len({table.schema.lower() for table in olds}) > 1:
        raise syntax("as many new names as tables, all in one schema")
    taken = [session.catalog.find(olds[0].schema, name) for name in news]
    if blocked := [t for t in taken if t and t not in olds]:
        raise Fault("42710", f'Object "{blocked[0].name}" already exists')
    if any(table.temporary for table in olds):
        raise unsupported("renaming temporary tables")
    pairs = list(zip(olds, news, strict=True))
    with changing(session):
        for step, (table, _) in enumerate(pairs):
            session.duck.execute(f"alter table {table.duck_name} rename to __moving_{step}")
        for step, (table, name) in enumerate(pairs):
            moving = f"{quoted(table.schema)}.__moving_{step}"
            session.duck.execute(f"alter table {moving} rename to {quoted(name)}")
    session.catalog.rename(pairs)


def create_temporary(session: "Session", table: Table) -> Table:
    """Make a temporary table inside the open transaction, which goes on."""
    session.begin()
    session.write(create_sql(table))
    _keep(session, table)
    return table
