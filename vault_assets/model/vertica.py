"""The physical design of a table on Vertica, where the default is not the best."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vault_assets.model.names import Name

Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=str | list[str],
    ),
]


class VerticaDesign(BaseModel):
    """How rows of a new table are sorted, spread over the nodes and divided; see `physical`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_by: Names = Field(
        default=(), description="Columns by which rows are sorted, the key first."
    )
    segmented_by: Names = Field(
        default=(),
        description="Columns whose hash says which node has a row: those that joins compare.",
    )
    unsegmented: bool = Field(
        default=False, description="Every node has all rows: for small tables."
    )
    partition_by: Name | None = Field(
        default=None,
        description="A date or timestamp that is never NULL: rows are divided by its day, older "
        "ones by month and year.",
    )
    newest: bool = Field(
        default=False,
        description="A projection of the newest row of each key beside the table: for satellites "
        "whose current rows are asked for often.",
    )

    replace_partitions: Literal["delete", "swap"] = Field(
        default="delete",
        description="Of a mart by day or month, divided by `partition_by` of the same column: how "
        "partitions are replaced. swap: built beside the mart, then exchanged.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "VerticaDesign":
        if self.unsegmented and self.segmented_by:
            msg = "unsegmented and segmented_by exclude each other"
            raise ValueError(msg)
        return self

    @property
    def columns(self) -> tuple[tuple[str, int, str], ...]:
        """(field, position, column) of every column that is named."""
        named = [("order_by", self.order_by), ("segmented_by", self.segmented_by)]
        named += [("partition_by", (self.partition_by,) if self.partition_by else ())]
        return tuple(
            (field, place, column)
            for field, columns in named
            for place, column in enumerate(columns)
        )
