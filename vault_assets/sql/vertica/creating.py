"""Tables, views and schemas that statements create."""

from sqlglot import exp

from vault_assets.model.names import quoted
from vault_assets.sql.vertica.closed import written
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.places import name_of, place_of
from vault_assets.sql.vertica.pushing import output_names
from vault_assets.sql.vertica.queries import query_of
from vault_assets.sql.vertica.translated import Translated
from vault_assets.sql.vertica.twin import Schema, Table
from vault_assets.sql.vertica.types import vertica_type


def create(tree: exp.Create, schema: Schema) -> Translated:
    """Translate CREATE of a schema, table, temporary table or view."""
    kind, replaces = str(tree.kind).upper(), bool(tree.args.get("replace"))
    temporary = bool(tree.find(exp.TemporaryProperty))
    if kind == "SCHEMA":
        name = tree.this.db or tree.this.name
        return Translated(
            f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}", "create_schema", (name, "")
        )
    table, query = place_of(tree.this), tree.expression
    if query is None:
        return _create_table(tree, table, temporary=temporary)
    if kind == "VIEW":
        body = _named_columns(query_of(query, schema, kept=False))
        text = written(body)
        return Translated(
            f"CREATE OR REPLACE VIEW {name_of(table)} AS\n{text}",
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
    text = written(query_of(query, schema, kept=False))
    head = f"CREATE LOCAL TEMPORARY TABLE {name_of(table)} ON COMMIT PRESERVE ROWS AS"
    return Translated(f"{head}\n{text}", "create_temp", table, text, columns, replaces)


def _named_columns(query: exp.Query) -> exp.Query:
    output_names(query)
    return query


def _only_recasts(query: exp.Expr, table: Table) -> bool:
    """Return whether a table is made of itself, with a column as an enumeration."""
    if not isinstance(query, exp.Select) or not query.args.get("from_"):
        return False
    source, shown = query.args["from_"].this, query.expressions
    if not (isinstance(source, exp.Table) and place_of(source) == table and len(shown) == 1):
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
        f"{head} {name_of(table)} (\n  {body}{tail}", kind, table, "", columns, replaces
    )
