"""Swapping: partitions of a mart are built in a table beside it, and exchanged with the old ones.

The rows and all notes of the build commit before the exchange, which commits by itself, a range
per call. Until then the mart is, for the build and its checks, what it would be: its unchanged
rows and the new ones. A mark that commits with the rows says that the exchange is due. If a load
dies before the last range, nobody can tell whether the last call has exchanged: the next writer
takes back that the batches were consumed, so that the next build builds their partitions again.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.sql.registry import APPLIED
from vault_assets.targets.vertica.names import COMMENTS, REGISTRY, SWAP, Schemas
from vault_assets.targets.vertica.statements import Name
from vault_assets.targets.vertica.wire import Wire

Range = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Swap:
    """Partitions of a mart that are replaced.

    Args:
        name: The mart.
        column: Its column of partitions, a date.
        ranges: First and last partition of each range.
    """

    name: Name
    column: str
    ranges: tuple[Range, ...]

    @property
    def staging(self) -> Name:
        """The table that gets the new partitions."""
        return (self.name[0], self.name[1] + SWAP)

    def redirected(self, sql: str, schemas: Schemas) -> str:
        """Return a statement that writes the new partitions, and reads what the mart would be."""
        mart, staging = schemas.sql(self.name), schemas.sql(self.staging)
        column = quoted(self.column)
        old = " OR ".join(
            f"{column} BETWEEN {_date(first)} AND {_date(last)}" for first, last in self.ranges
        )
        # Both have the same columns in the same order: one is made like the other.
        rows = f"(SELECT * FROM {mart} WHERE NOT ({old}) UNION ALL SELECT * FROM {staging})"
        place = re.compile(
            r"'(?:[^']|'')*'|(?P<write>\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE)\s+)?"
            rf"{re.escape(mart)}(?!\.)(?P<named>\s+AS\b)?",
            re.IGNORECASE,
        )

        def replaced(match: re.Match[str]) -> str:
            if match[0].startswith("'"):
                return match[0]
            if match["write"]:
                return f"{match['write']}{staging}{match['named'] or ''}"
            return f"{rows}{match['named'] or f' AS {quoted(self.name[1])}'}"

        return place.sub(replaced, sql)


def ranges(days: Sequence[dt.date]) -> tuple[Range, ...]:
    """Return days as ranges that have no other day in them."""
    found: list[Range] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == dt.timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def is_divided(wire: Wire, schemas: Schemas, name: Name, column: str) -> bool:
    """Whether a mart is stored in partitions of this column: it may be older than its design."""
    rows = wire.run(
        "select partition_expression from v_catalog.tables "
        f"where table_schema = {literal(schemas.schema(name[0]))} "
        f"and table_name = {literal(name[1])}"
    ).rows
    return any(column.lower() in (row[0] or "").lower() for row in rows)


def staging_statements(schemas: Schemas, swap: Swap) -> list[str]:
    """Return the statements that make the table of new partitions: of the layout of the mart."""
    staging = schemas.sql(swap.staging)
    return [
        f"drop table if exists {staging} cascade",
        f"create table {staging} like {schemas.sql(swap.name)} including projections",
    ]


def exchange(wire: Wire, schemas: Schemas, swap: Swap) -> None:
    """Exchange the partitions, and drop the old ones; the new rows are committed."""
    mart, staging = (
        literal(f"{schemas.schema(layer)}.{table}") for layer, table in (swap.name, swap.staging)
    )
    for first, last in swap.ranges:
        wire.run(
            f"select swap_partitions_between_tables({staging}, '{first}', '{last}', {mart}, true)"
        )
    _forget(wire, schemas, swap.name)


def repair(wire: Wire, schemas: Schemas, names: Sequence[Name]) -> None:
    """Let partitions be built again whose exchange an earlier load has begun, and not ended.

    Args:
        wire: A session without open changes.
        schemas: Names of the warehouse.
        names: Tables that nobody else writes now.
    """
    if not names:
        return
    places = " or ".join(
        f"table_schema = {literal(schemas.schema(layer))} and table_name = {literal(table + SWAP)}"
        for layer, table in names
    )
    left = wire.run(f"select table_schema, table_name from v_catalog.tables where {places}").rows
    for schema, table in left:
        name = (schemas.layer(schema), table.removesuffix(SWAP))
        for (since,) in wire.run(f"select meaning from {_marks(schemas, name)}").rows:
            _take_back(wire, schemas, name, since)
        _forget(wire, schemas, name)


def _take_back(wire: Wire, schemas: Schemas, name: Name, since: str) -> None:
    """Forget which batches a build has consumed; if it consumed none, which all builds have.

    A build of given partitions consumes none, so only a whole one makes sure of them.
    """
    applied = schemas.sql((APPLIED.layer, APPLIED.name))
    mine = f"delete from {applied} where table_name = {literal('.'.join(name))}"
    if not wire.run(f"{mine} and applied_at >= {literal(since)}::timestamp").rows[0][0]:
        wire.run(mine)


def _forget(wire: Wire, schemas: Schemas, name: Name) -> None:
    wire.run(f"delete from {_marks(schemas, name)}")
    wire.run("commit")
    wire.run(f"drop table if exists {schemas.sql((name[0], name[1] + SWAP))} cascade")


def _marks(schemas: Schemas, name: Name) -> str:
    return (
        f"{schemas.sql((REGISTRY, COMMENTS))} where layer = {literal(name[0])} "
        f"and table_name = {literal(name[1])} and column_name = {literal(SWAP)}"
    )


def _date(day: dt.date) -> str:
    return f"'{day}'::date"
