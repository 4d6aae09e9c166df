"""Each kind of statement, around the query that it may have."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from vault_assets.model.names import quoted
from vault_assets.sql.vertica.closed import written
from vault_assets.sql.vertica.creating import create
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.places import name_of, place_of
from vault_assets.sql.vertica.pushing import output_names
from vault_assets.sql.vertica.queries import query_of
from vault_assets.sql.vertica.translated import Translated
from vault_assets.sql.vertica.twin import Schema, Table
from vault_assets.sql.vertica.types import vertica_type


def select(tree: exp.Query, schema: Schema) -> Translated:
    """Translate a query, whose rows keep their order."""
    return Translated(written(query_of(tree, schema, kept=True)), "select")


def _insert(tree: exp.Insert, schema: Schema) -> Translated:
    table, query = place_of(tree.this), tree.expression
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
    found = query_of(query, schema, kept=False)
    if tree.args.get("by_name"):
        columns = output_names(found)
    listed = f" ({', '.join(quoted(c) for c in columns)})" if columns else ""
    return Translated(f"INSERT INTO {name_of(table)}{listed}\n{written(found)}", "insert", table)


def _delete(tree: exp.Delete, schema: Schema) -> Translated:
    if tree.args.get("using") or tree.args.get("returning"):
        raise UntranslatableError("delete with `using` or `returning`")
    table, where = place_of(tree.this), tree.args.get("where")
    if where is None:
        return Translated(f"DELETE FROM {name_of(table)}", "delete", table)
    found = _condition(table, where, schema)
    return Translated(f"DELETE FROM {name_of(table)}\n{written(found)}", "delete", table)


def _condition(table: Table, where: exp.Where, schema: Schema) -> exp.Where:
    """Rewrite a condition as that of a query of its table."""
    query = exp.select(exp.Literal.number(1)).from_(exp.table_(table[1], table[0]))
    query.set("where", where.copy())
    found = query_of(query, schema, kept=False)
    return found.args["where"]


def _update(tree: exp.Update, schema: Schema) -> Translated:
    table, where = place_of(tree.this), tree.args.get("where")
    if tree.args.get("from_"):
        raise UntranslatableError("update with `from`")
    query = exp.select(
        *(exp.alias_(e.expression.copy(), e.this.name, quoted=True) for e in tree.expressions)
    ).from_(exp.table_(table[1], table[0]))
    query.set("where", where.copy() if where else None)
    found = query_of(query, schema, kept=False)
    parts = [f"{quoted(e.alias)} = {written(e.this)}" for e in found.selects]
    condition = f"\n{written(found.args['where'])}" if where else ""
    text = f"UPDATE {name_of(table)}\nSET {', '.join(parts)}{condition}"
    return Translated(text, "update", table)


def _drop(tree: exp.Drop, _: Schema) -> Translated:
    kind = str(tree.args["kind"]).upper()
    if kind not in ("TABLE", "VIEW", "SCHEMA"):
        raise UntranslatableError(f"drop {kind.lower()}")
    table = place_of(tree)
    exists = "IF EXISTS " if tree.args.get("exists") else ""
    temporary = kind == "TABLE" and table[0] is None
    what = "drop_temp" if temporary else f"drop_{kind.lower()}"
    return Translated(f"DROP {kind} {exists}{name_of(table)}", what, table)


def _alter(tree: exp.Alter, _: Schema) -> Translated:
    table, columns, parts = place_of(tree.this), {}, []
    for action in tree.args["actions"]:
        if not isinstance(action, exp.ColumnDef) or action.constraints:
            raise UntranslatableError(f"alter table {action.sql('duckdb')}")
        columns[action.name] = vertica_type(str(action.args["kind"].sql("duckdb")))
        parts.append(f"ADD COLUMN {quoted(action.name)} {columns[action.name]}")
    return Translated(
        f"ALTER TABLE {name_of(table)} {', '.join(parts)}", "alter", table, "", columns
    )


def _comment(tree: exp.Comment, _: Schema) -> Translated:
    kind, told = str(tree.args["kind"]).upper(), tree.expression
    text = told.name if isinstance(told, exp.Literal) else ""
    if kind in ("TABLE", "VIEW"):
        return Translated("", "comment", place_of(tree.this), "", {"": text})
    if kind != "COLUMN":
        raise UntranslatableError(f"comment on a {kind.lower()}")
    *place, name = [part.name for part in tree.this.parts]
    table = (place[0] if len(place) > 1 else None, place[-1])
    return Translated("", "comment", table, "", {name: text})


STATEMENTS: dict[type[exp.Expr], Callable[[Any, Schema], Translated]] = {
    exp.Insert: _insert,
    exp.Delete: _delete,
    exp.Update: _update,
    exp.Create: create,
    exp.Drop: _drop,
    exp.Alter: _alter,
    exp.Comment: _comment,
}
