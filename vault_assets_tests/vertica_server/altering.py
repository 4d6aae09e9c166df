"""ALTER TABLE: columns, keys, names."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vault_assets_tests.vertica_server import declaring, kinds, translating
from vault_assets_tests.vertica_server.catalog import Column, Table, create_sql, quoted, with_keys
from vault_assets_tests.vertica_server.changing import changing, keep
from vault_assets_tests.vertica_server.faults import Fault, syntax, unsupported
from vault_assets_tests.vertica_server.lexing import Token, by_comma, joined

if TYPE_CHECKING:
    from vault_assets_tests.vertica_server.session import Session


def alter(session: "Session", tokens: Sequence[Token]) -> None:
    """Run an ALTER TABLE.

    Raises:
        Fault: 42601, 42703 or 42710 as Vertica; 0A000 for what the stand-in does not know.
    """
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
        keep(session, replace(table, layout=replace(table.layout, partition_by=by)))
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
    keep(session, new)


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
    mark = f"__moving_{secrets.token_hex(4)}"
    with changing(session):
        for step, (table, _) in enumerate(pairs):
            session.duck.execute(f"alter table {table.duck_name} rename to {mark}_{step}")
        for step, (table, name) in enumerate(pairs):
            moving = f"{quoted(table.schema)}.{mark}_{step}"
            session.duck.execute(f"alter table {moving} rename to {quoted(name)}")
    session.catalog.rename(pairs)
