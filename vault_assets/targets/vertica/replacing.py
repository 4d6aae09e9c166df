"""Replacing: a table with other columns is built beside the old one, and renamed into its place.

The rows commit before the renaming, which is a definition. A mark that commits with them says that
it is due; whoever writes the table next does it, if the load has died in between.
"""

from collections.abc import Sequence

from vault_assets.model.names import literal, quoted
from vault_assets.targets.vertica.names import COMMENTS, NEW, OLD, REGISTRY, Schemas
from vault_assets.targets.vertica.statements import Name
from vault_assets.targets.vertica.wire import Wire


def beside(name: Name) -> Name:
    """Return the name of the table that is built beside another."""
    return (name[0], name[1] + NEW)


def cleared(schemas: Schemas, name: Name) -> list[str]:
    """Return the statements that take away what an earlier load has left; a definition follows."""
    tables = (schemas.sql(place) for place in (beside(name), _old(name)))
    return [*(f"drop table if exists {table} cascade" for table in tables), _unmark(schemas, name)]


def publish(wire: Wire, schemas: Schemas, name: Name) -> None:
    """Let a table take its place in one statement, and drop the one that was there."""
    tables = ", ".join(map(schemas.sql, (name, beside(name))))
    old, new = quoted(_old(name)[1]), quoted(name[1])
    wire.run(f"alter table {tables} rename to {old}, {new}")
    wire.run(_unmark(schemas, name))
    wire.run("commit")
    wire.run(f"drop table {schemas.sql(_old(name))} cascade")


def finish(wire: Wire, schemas: Schemas, names: Sequence[Name]) -> bool:
    """Publish tables that a load has committed without; return whether there was one.

    Args:
        wire: A session without open changes.
        schemas: Names of the warehouse.
        names: Tables that nobody else writes now.
    """
    if not names:
        return False
    places = " or ".join(
        f"table_schema = {literal(schemas.schema(layer))} and table_name = {literal(table + NEW)}"
        for layer, table in names
    )
    left = wire.run(f"select table_schema, table_name from v_catalog.tables where {places}").rows
    due = [
        name
        for name in ((schemas.layer(row[0]), row[1].removesuffix(NEW)) for row in left)
        if wire.run(f"select count(*) from {_marks(schemas, name)}").rows[0][0]
    ]
    for name in due:
        publish(wire, schemas, name)
    return bool(due)


def _old(name: Name) -> Name:
    return (name[0], name[1] + OLD)


def _unmark(schemas: Schemas, name: Name) -> str:
    return f"delete from {_marks(schemas, name)}"


def _marks(schemas: Schemas, name: Name) -> str:
    return (
        f"{schemas.sql((REGISTRY, COMMENTS))} where layer = {literal(name[0])} "
        f"and table_name = {literal(name[1])} and column_name = {literal(NEW)}"
    )
