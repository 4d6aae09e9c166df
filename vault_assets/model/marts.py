"""Marts: tables computed from other tables by one query."""

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from vault_assets.model.base import Declared, Table, as_tuple
from vault_assets.model.incremental import Incremental
from vault_assets.model.names import Name
from vault_assets.model.partitions import Partition
from vault_assets.model.sources import Scalar
from vault_assets.model.types import Type


class Parameter(Declared):
    """A parameter of a view: what a reader may give, and what holds if nothing is given."""

    type: Type
    default: str | int | float | bool | dt.date | None = Field(
        None, description="Value if none is given; without one the parameter must be given."
    )


class Export(Declared):
    """A CSV file of a mart in the landing store, written anew after every build."""

    key: str = Field(
        min_length=1,
        description="Key of the file; {column of the partition} in it: a file per partition.",
    )
    order_by: Annotated[
        tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field((), description="Columns by which rows are sorted; then by all others.")
    leave_out: Annotated[
        tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field((), description="Columns that the file does not have, such as the key's.")

    @property
    def named(self) -> tuple[str, ...]:
        """Columns that the key names in braces."""
        return tuple(re.findall(r"\{([^{}]*)\}", self.key))


class Mart(Table):
    """A table replaced by the rows of a query in one transaction: whole, by partition or key."""

    kind: Literal["table", "view"] = Field(
        "table",
        description="`view`: no rows are stored; with parameters it is read as name(parameters).",
    )
    sql: str = Field(
        "",
        description="The query, or its path below the SQL folder; default <warehouse>/<layer>/"
        "<name>.sql.",
    )
    layer: Name | None = Field(
        None, description="The layer that it is in; default: the last one of the warehouse."
    )
    parameters: dict[Name, Scalar | Parameter] = Field(
        default_factory=dict,
        description="Values bound to $name in the query; of a view {type, default}, in order.",
    )
    key: Annotated[
        tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field((), description="Columns that identify a row; checked before the commit.")
    columns: dict[Name, str] = Field(
        default_factory=dict, description="What the columns mean, by name."
    )
    references: dict[Name, str] = Field(
        default_factory=dict,
        description="Columns that hold the key of another mart: column: layer.mart. The star of "
        "`vault-assets report`.",
    )
    partition: Partition | None = Field(
        None, description="Division by time: only partitions that changed are built anew."
    )
    incremental: Incremental | None = Field(
        None, description="Replacement by key: only rows of keys that changed are built anew."
    )
    export: Export | None = Field(None, description="A CSV file written after every build.")

    @model_validator(mode="after")
    def _one_way(self) -> "Mart":
        if self.partition and self.incremental:
            msg = "has `partition` and `incremental`: a mart is replaced in one way"
            raise ValueError(msg)
        return self

    @property
    def changes(self) -> Partition | Incremental | None:
        """How new batches say what is built anew; None: it is replaced whole."""
        return self.partition or self.incremental

    @property
    def view_parameters(self) -> dict[str, Parameter]:
        """Parameters of a view, those that must be given first; none of a table."""
        if self.kind != "view":
            return {}
        found = {n: p for n, p in self.parameters.items() if isinstance(p, Parameter)}
        return dict(sorted(found.items(), key=lambda item: item[1].default is not None))

    @property
    def is_called(self) -> bool:
        """Whether it can only be read with parameters: there is no view without them."""
        return any(item.default is None for item in self.view_parameters.values())
