"""Names: a layer of a warehouse is a schema `<warehouse>_<layer>` of the database."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.targets.vertica.statements import Name

REGISTRY = "registry"
COMMENTS = "column_comments"
"""Table of the registry: what columns mean, and (without a column) views with parameters."""


LOCK = "lock_"
"""Begin of the names of lock tables in the registry."""

NEW, OLD, SWAP = "$new", "$old", "$swap"
"""Ends of the names of a table that is built beside another, of the one that it replaces, and of
one with new partitions; no declared name has the sign."""

_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|(?<![\w".])(?:"(?P<quoted>[^"]+)"|(?P<plain>[a-z_]\w*))(?=\.)|"[^"]*\"""",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Schemas:
    """How names of a warehouse are written on Vertica."""

    warehouse: str

    def schema(self, layer: str) -> str:
        """Return the schema of a layer."""
        return f"{self.warehouse}_{layer}"

    def layer(self, schema: str) -> str:
        """Return the layer of a schema of this warehouse."""
        return schema.removeprefix(f"{self.warehouse}_")

    def sql(self, name: Name) -> str:
        """Return the quoted name of a table; temporary ones have no schema."""
        schema, table = name
        return f"{quoted(self.schema(schema))}.{quoted(table)}" if schema else quoted(table)

    def renamed(self, sql: str, layers: Collection[str]) -> str:
        """Return a statement with the schemas of the database in place of layers; texts stay."""

        def replaced(match: re.Match[str]) -> str:
            name = match["quoted"] or match["plain"]
            return quoted(self.schema(name)) if name in layers else match[0]

        return _TOKENS.sub(replaced, sql)

    def redirected(self, sql: str, built: Mapping[Name, Name]) -> str:
        """Return a statement of Vertica that uses tables which are built beside those it names.

        Its columns may be named by the table, so what is read is called as before.
        """
        for name, beside in built.items():
            place = re.compile(
                rf"'(?:[^']|'')*'|(?P<read>(?<!DELETE )\b(?:FROM|JOIN)\s+)?"
                rf"{re.escape(self.sql(name))}(?!\.)(?P<named>\s+AS\b)?"
            )

            def replaced(match: re.Match[str], name: Name = name, beside: Name = beside) -> str:
                if match[0].startswith("'"):
                    return match[0]
                read, named = match["read"] or "", match["named"] or ""
                if read and not named:
                    named = f" AS {quoted(name[1])}"
                return f"{read}{self.sql(beside)}{named}"

            sql = place.sub(replaced, sql)
        return sql

    @property
    def mine(self) -> str:
        """SQL condition of rows of the catalog that belong to the warehouse."""
        prefix = f"{self.warehouse}_"
        return f"left(table_schema, {len(prefix)}) = {literal(prefix)}"
