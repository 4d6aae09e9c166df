"""Names: a layer of a warehouse is a schema `<warehouse>_<layer>` of the database."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.targets.vertica.statements import Name

REGISTRY = "registry"
COMMENTS = "column_comments"
"""Table of the registry: what columns mean, and (without a column) views with parameters."""


LOCK = "lock_"
"""Begin of the names of lock tables in the registry."""

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

    @property
    def mine(self) -> str:
        """SQL condition of rows of the catalog that belong to the warehouse."""
        prefix = f"{self.warehouse}_"
        return f"left(table_schema, {len(prefix)}) = {literal(prefix)}"
