"""What a stand-in with a file knows of its tables after it was killed and started again."""

import json

from vault_assets_tests.vertica_server.catalog import Catalog, Column, Key, Layout, Table
from vault_assets_tests.vertica_server.kinds import Kind


def read(text: str) -> Table:
    """Return the table of a text that the catalog has written."""
    given = json.loads(text)
    columns = (Column(**(column | {"kind": Kind(**column["kind"])})) for column in given["columns"])
    keys = (Key(**(key | {"columns": tuple(key["columns"])})) for key in given["keys"])
    layout = Layout(**given["layout"])
    return Table(**(given | {"columns": tuple(columns), "keys": tuple(keys), "layout": layout}))


def restore(catalog: Catalog) -> None:
    """Know the tables of a file again; no session has outlived the process.

    A definition that was not answered may have reached one of DuckDB and the catalog only: such a
    table is dropped.
    """
    duck = catalog.duck
    duck.execute("delete from main.kept_sessions")
    there = set(
        duck.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database() and schema_name <> 'main'"
        ).fetchall()
    )
    for (form,) in duck.execute("select form from main.kept_tables").fetchall():
        table = read(form)
        if (table.schema, table.name) in there:
            catalog.tables[table.schema.lower(), table.name.lower()] = table
            there.discard((table.schema, table.name))
        else:
            catalog.drop(table)
    for schema, name in there:
        duck.execute(f"drop table {Table(schema, name, ()).duck_name}")
