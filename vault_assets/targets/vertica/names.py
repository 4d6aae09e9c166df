"""Names: a layer of a warehouse is a schema `<warehouse>_<layer>` of the database."""

from dataclasses import dataclass

from vault_assets.model.names import literal, quoted
from vault_assets.targets.vertica.statements import Name

REGISTRY = "registry"
COMMENTS = "column_comments"
"""Table of the registry that keeps what columns of stages and vault tables mean."""


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

    @property
    def mine(self) -> str:
        """SQL condition of rows of the catalog that belong to the warehouse."""
        prefix = f"{self.warehouse}_"
        return f"left(table_schema, {len(prefix)}) = {literal(prefix)}"
