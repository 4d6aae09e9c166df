"""One statement of DuckDB as one of Vertica: read, bind, normalize, rewrite, write."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vault_assets.model.names import quoted
from vault_assets.sql.vertica.building import TYPE
from vault_assets.sql.vertica.closed import written
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.functions import HANDLERS
from vault_assets.sql.vertica.inlining import inlined
from vault_assets.sql.vertica.literals import bound
from vault_assets.sql.vertica.normalizing import normalized
from vault_assets.sql.vertica.noting import note_types
from vault_assets.sql.vertica.ordering import hoisted, ordered
from vault_assets.sql.vertica.pushing import output_names
from vault_assets.sql.vertica.rewriting import rewritten
from vault_assets.sql.vertica.scopes import Scopes
from vault_assets.sql.vertica.twin import Parameters, Schema, Table
from vault_assets.sql.vertica.types import vertica_type

_UNREAD = (
    (re.compile(r"(create|drop)\s+(temp\s+)?type\b", re.IGNORECASE), "ignored"),
    (re.compile(r"create\s+(or\s+replace\s+)?macro\b", re.IGNORECASE), "create_macro"),
    (re.compile(r"drop\s+macro\b", re.IGNORECASE), "drop_macro"),
)
_COMMENTS = re.compile(r"\A(\s*--[^\n]*\n)*\s*")


@dataclass(frozen=True)
class Translated:
    """A statement of Vertica.

    Args:
        sql: Its complete text; empty where Vertica has nothing to do (`ignored`, `describe`,
            `catalog`, macros).
        kind: select, insert, delete, update, create_temp, create_table, create_view,
            create_schema, drop_table, drop_temp, drop_view, drop_schema, alter, comment, describe,
            catalog, create_macro, drop_macro or ignored.
        table: Schema and name of what it changes; a temporary table has no schema.
        body: The query of create_temp and create_view.
        columns: {column: type of Vertica} of create_temp, create_table and alter; of `comment`
            {column: text}.
        replaces: Whether `or replace` was said: drop what is there first.
    """

    sql: str
    kind: str
    table: Table | None = None
    body: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = False


def translate(sql: str, schema: Schema, parameters: Parameters = None) -> Translated:
    """Translate one statement.

    Args:
        sql: A statement as DuckDB takes it.
        schema: Knows the tables that it names.
        parameters: Values of its parameters; they become literals. No secret passes here.

    Raises:
        UntranslatableError: A construct or a value outside of the closed set.
    """
    plain = _COMMENTS.sub("", sql, count=1)
    for pattern, kind in _UNREAD:
        if pattern.match(plain):
            return Translated("", kind)
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise UntranslatableError(f"no syntax: {str(error).partition(chr(10))[0]}") from None
    if _reads_catalog(tree):
        return Translated("", "catalog")
    if isinstance(tree, exp.Describe):
        return Translated("", "describe")
    tree = bound(_without_temp(tree), parameters)
    inlined(tree, schema)
    handler = _STATEMENTS.get(type(tree))
    if handler is None and isinstance(tree, exp.Query):
        handler = _select
    if handler is None:
        raise UntranslatableError(f"statement {plain.partition(' ')[0]}")
    return handler(tree, schema)


def _reads_catalog(tree: exp.Expr) -> bool:
    for node in tree.find_all(exp.Anonymous, exp.CurrentDatabase):
        if isinstance(node, exp.CurrentDatabase) or node.name.lower().startswith("duckdb_"):
            return True
    return False


def _without_temp(tree: exp.Expr) -> exp.Expr:
    for table in tree.find_all(exp.Table):
        if table.db.lower() == "temp":
            table.set("db", None)
    return tree


def _select(tree: exp.Query, schema: Schema) -> Translated:
    return Translated(written(_query(tree, schema, kept=True)), "select")


def _query(tree: exp.Query, schema: Schema, *, kept: bool) -> exp.Query:
    """Return a query rewritten for Vertica; `kept` says whether the order of its rows matters."""
    holder = exp.Paren(this=tree)
    _rewrite(holder, schema)
    query = holder.this.pop()
    hoisted(query)
    query = ordered(query, kept=kept)
    return _functions(query)


def _rewrite(holder: exp.Expr, schema: Schema) -> None:
    scopes = Scopes(schema)
    normalized(holder, scopes)
    note_types(holder, Scopes(schema))
    rewritten(holder)


def _functions(tree: exp.Query) -> exp.Query:
    holder = exp.Paren(this=tree)
    for node in list(holder.walk(bfs=False))[::-1]:
        handler = HANDLERS.get(type(node))
        if handler is None:
            continue
        found = handler(node)
        if found is not node:
            if TYPE in node.meta:
                found.meta[TYPE] = node.meta[TYPE]
            node.replace(found)
    return holder.this.pop()


def _place(table: exp.Expr) -> Table:
    found = table if isinstance(table, exp.Table) else table.find(exp.Table)
    assert found is not None  # noqa: S101  the statement names a table
    return (found.db or None, found.name)


def _name(table: Table) -> str:
    return ".".join(quoted(part) for part in table if part)


def _insert(tree: exp.Insert, schema: Schema) -> Translated:
    table, query = _place(tree.this), tree.expression
    if tree.args.get("conflict") or tree.args.get("returning") or tree.args.get("where"):
        raise UntranslatableError("insert with `on conflict` or `returning`")
    if isinstance(query, exp.Values):
        query = exp.select("*").from_(query)
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"].pop())
    columns = (
        [column.name for column in tree.this.expressions]
        if isinstance(tree.this, exp.Schema)
        else []
    )
    found = _query(query, schema, kept=False)
    if tree.args.get("by_name"):
        columns = output_names(found)
    listed = f" ({', '.join(quoted(c) for c in columns)})" if columns else ""
    return Translated(f"INSERT INTO {_name(table)}{listed}\n{written(found)}", "insert", table)


def _delete(tree: exp.Delete, schema: Schema) -> Translated:
    if tree.args.get("using") or tree.args.get("returning"):
        raise UntranslatableError("delete with `using` or `returning`")
    table, where = _place(tree.this), tree.args.get("where")
    if where is None:
        return Translated(f"DELETE FROM {_name(table)}", "delete", table)
    found = _condition(table, where, schema)
    return Translated(f"DELETE FROM {_name(table)}\n{written(found)}", "delete", table)


def _condition(table: Table, where: exp.Where, schema: Schema) -> exp.Where:
    """Rewrite a condition as that of a query of its table."""
    query = exp.select(exp.Literal.number(1)).from_(exp.table_(table[1], table[0]))
    query.set("where", where.copy())
    found = _query(query, schema, kept=False)
    return found.args["where"]


def _update(tree: exp.Update, schema: Schema) -> Translated:
    table, where = _place(tree.this), tree.args.get("where")
    if tree.args.get("from_"):
        raise UntranslatableError("update with `from`")
    query = exp.select(
        *(exp.alias_(e.expression.copy(), e.this.name, quoted=True) for e in tree.expressions)
    ).from_(exp.table_(table[1], table[0]))
    query.set("where", where.copy() if where else None)
    found = _query(query, schema, kept=False)
    parts = [f"{quoted(e.alias)} = {written(e.this)}" for e in found.selects]
    condition = f"\n{written(found.args['where'])}" if where else ""
    text = f"UPDATE {_name(table)}\nSET {', '.join(parts)}{condition}"
    return Translated(text, "update", table)


def _create(tree: exp.Create, schema: Schema) -> Translated:
    kind, replaces = tree.kind.upper(), bool(tree.args.get("replace"))
    temporary = bool(tree.find(exp.TemporaryProperty))
    if kind == "SCHEMA":
        name = tree.this.db or tree.this.name
        return Translated(
            f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}", "create_schema", (name, "")
        )
    table, query = _place(tree.this), tree.expression
    if query is None:
        return _create_table(tree, table, temporary=temporary)
    if kind == "VIEW":
        body = _named_columns(_query(query, schema, kept=False))
        text = written(body)
        return Translated(
            f"CREATE OR REPLACE VIEW {_name(table)} AS\n{text}",
            "create_view",
            table,
            text,
            {},
            replaces,
        )
    if kind != "TABLE" or not temporary:
        raise UntranslatableError(f"create {kind.lower()} as a query")
    if _only_recasts(query, table):
        return Translated("", "ignored", table)
    described = schema.describe(query.sql("duckdb"))
    columns = {name: vertica_type(of) for name, of in described.items()}
    text = written(_query(query, schema, kept=False))
    head = f"CREATE LOCAL TEMPORARY TABLE {_name(table)} ON COMMIT PRESERVE ROWS AS"
    return Translated(f"{head}\n{text}", "create_temp", table, text, columns, replaces)


def _named_columns(query: exp.Query) -> exp.Query:
    output_names(query)
    return query


def _only_recasts(query: exp.Expr, table: Table) -> bool:
    """Return whether a table is made of itself with a column as an enumeration, for memory's sake."""
    if not isinstance(query, exp.Select) or not query.args.get("from_"):
        return False
    source, shown = query.args["from_"].this, query.expressions
    if not (isinstance(source, exp.Table) and _place(source) == table and len(shown) == 1):
        return False
    replaced = shown[0].args.get("replace") or []
    casts = [e.this for e in replaced]
    return bool(casts) and all(
        isinstance(c, exp.Cast) and c.to.this == exp.DataType.Type.USERDEFINED for c in casts
    )


def _create_table(tree: exp.Create, table: Table, *, temporary: bool) -> Translated:
    columns, parts = {}, []
    for definition in tree.this.expressions:
        name, of = definition.name, vertica_type(definition.kind.sql("duckdb"))
        for constraint in definition.constraints:
            if not isinstance(constraint.kind, exp.NotNullColumnConstraint):
                raise UntranslatableError(f"constraint {constraint.sql('duckdb')}")
        columns[name] = of
        parts.append(f"{quoted(name)} {of}{' NOT NULL' if definition.constraints else ''}")
    body = ",\n  ".join(parts)
    if temporary:
        head, tail = "CREATE LOCAL TEMPORARY TABLE", "\n) ON COMMIT PRESERVE ROWS"
    else:
        head, tail = "CREATE TABLE IF NOT EXISTS", "\n)"
    kind = "create_temp" if temporary else "create_table"
    replaces = bool(tree.args.get("replace"))
    return Translated(
        f"{head} {_name(table)} (\n  {body}{tail}", kind, table, "", columns, replaces
    )


def _drop(tree: exp.Drop, schema: Schema) -> Translated:
    kind = str(tree.args["kind"]).upper()
    if kind not in ("TABLE", "VIEW", "SCHEMA"):
        raise UntranslatableError(f"drop {kind.lower()}")
    table = _place(tree)
    exists = "IF EXISTS " if tree.args.get("exists") else ""
    temporary = kind == "TABLE" and table[0] is None
    what = "drop_temp" if temporary else f"drop_{kind.lower()}"
    return Translated(f"DROP {kind} {exists}{_name(table)}", what, table)


def _alter(tree: exp.Alter, schema: Schema) -> Translated:
    table, columns, parts = _place(tree.this), {}, []
    for action in tree.args["actions"]:
        if not isinstance(action, exp.ColumnDef) or action.constraints:
            raise UntranslatableError(f"alter table {action.sql('duckdb')}")
        columns[action.name] = vertica_type(action.kind.sql("duckdb"))
        parts.append(f"ADD COLUMN {quoted(action.name)} {columns[action.name]}")
    return Translated(f"ALTER TABLE {_name(table)} {', '.join(parts)}", "alter", table, "", columns)


def _comment(tree: exp.Comment, schema: Schema) -> Translated:
    if str(tree.args["kind"]).upper() != "COLUMN":
        raise UntranslatableError("comment on something else than a column")
    column, told = tree.this, tree.expression
    text = told.name if isinstance(told, exp.Literal) else ""
    *place, name = [part.name for part in column.parts]
    return Translated(
        "", "comment", (place[0] if len(place) > 1 else None, place[-1]), "", {name: text}
    )


_STATEMENTS = {
    exp.Insert: _insert,
    exp.Delete: _delete,
    exp.Update: _update,
    exp.Create: _create,
    exp.Drop: _drop,
    exp.Alter: _alter,
    exp.Comment: _comment,
}
