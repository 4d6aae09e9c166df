"""Marts: tables computed from other tables by one query."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from vault_assets.model.base import Table, as_tuple
from vault_assets.model.names import Name
from vault_assets.model.partitions import Partition
from vault_assets.model.sources import Scalar


class Mart(Table):
    """A table replaced by the rows of a query in one transaction: whole, or by partition."""

    sql: str = Field(
        "",
        description="The query, or its path below the SQL folder; default <warehouse>/mart/<name>"
        ".sql.",
    )
    parameters: dict[Name, Scalar] = Field(
        default_factory=dict, description="Values bound to $name in the query."
    )
    key: Annotated[
        tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field((), description="Columns that identify a row; checked before the commit.")
    columns: dict[Name, str] = Field(
        default_factory=dict, description="What the columns mean, by name."
    )
    partition: Partition | None = Field(
        None, description="Division by time: only partitions that changed are built anew."
    )
