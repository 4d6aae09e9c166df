"""Sources: which objects of the store belong to it, and what their rows look like."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from vault_assets.model.base import Declared, Table, as_tuple
from vault_assets.model.names import Name
from vault_assets.model.types import ColumnType, Type

Scalar = str | int | float | bool


class Column(Declared):
    """A column of a source file.

    Values that break `type`, `nullable` or a text's length quarantine the row; values that break
    `accepted`, `minimum` or `maximum` load and are reported by a check.
    """

    type: Type = Field(description="Declared type; the text in the file must convert exactly.")
    nullable: bool = Field(True, description="Whether a row without this value may load.")
    optional: bool = Field(False, description="Whether a file may lack the whole column.")
    unique: bool = Field(False, description="Report values that occur twice in one file.")
    empty_as_null: bool = Field(True, description="Read empty text as NULL.")
    time_zone: str | None = Field(
        None, description="Zone of timestamps without an offset, e.g. Europe/Berlin; default UTC."
    )
    accepted: tuple[Scalar, ...] = Field((), description="The values that may occur.")
    minimum: str | None = Field(None, description="Smallest plausible value, as in a file.")
    maximum: str | None = Field(
        None, description="Largest plausible value, as in a file; `now` for no later than the load."
    )
    description: str = Field("", description="What the value means.")
    tags: tuple[str, ...] = Field((), description="For example: pii.")


def _column(value: Any) -> Any:
    return {"type": value} if isinstance(value, str | ColumnType) else value


class Source(Table):
    """Files of one kind in the object store; every object becomes a batch."""

    objects: Annotated[
        tuple[str, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field(
        min_length=1,
        description="Key patterns below the landing root; * does not cross a slash, ** does.",
    )
    format: Literal["csv"] = Field("csv", description="File format; .gz is recognised.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="CSV field separator.")
    delivery: Literal["full", "delta", "cdc"] = Field(
        "delta",
        description="full: each object is a complete snapshot; delta: changed rows only; cdc: rows "
        "with the operation that made them.",
    )
    record_source: str | None = Field(
        None, description="Value of record_source; default: the warehouse's."
    )
    columns: dict[
        Name, Annotated[Column, BeforeValidator(_column, json_schema_input_type=str | Column)]
    ] = Field(min_length=1, description="Columns by name, in any order of the file.")

    @field_validator("objects")
    @classmethod
    def _keys_stay_in_the_store(cls, objects: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in objects:
            if pattern.startswith("/") or ".." in pattern.split("/"):
                msg = f"{pattern!r} must be a key below the landing root"
                raise ValueError(msg)
        return objects
