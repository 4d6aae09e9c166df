"""The physical layout of a table: by what its files are divided, and how rows lie in them."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from vault_assets.model.names import quoted

_NAME = r"(?P<column>[a-z_][a-z0-9_]{0,62})"
_PARTS = re.compile(
    rf"{_NAME}|bucket\(\s*(?P<n>\d+)\s*,\s*{_NAME.replace('column', 'hashed')}\s*\)"
    rf"|(?P<unit>year|month|day|hour)\(\s*{_NAME.replace('column', 'timed')}\s*\)"
)
_SORTS = re.compile(rf"{_NAME}(\s+(?P<way>asc|desc))?", re.IGNORECASE)
_UNITS = ("year", "month", "day", "hour")


def _part(text: str) -> str:
    match = _PARTS.fullmatch(text.strip())
    if match is None or match["n"] == "0":
        msg = f"{text!r} is no partition: write a column, bucket(45, column) or month(column)"
        raise ValueError(msg)
    return text.strip()


def _sort(text: str) -> str:
    if _SORTS.fullmatch(text.strip()) is None:
        msg = f"{text!r} is no order: write a column, or 'column desc'"
        raise ValueError(msg)
    return text.strip()


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Layout(BaseModel):
    """How files of a table are divided and sorted; holds for files written from then on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partition_by: Annotated[
        tuple[Annotated[str, AfterValidator(_part)], ...],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    ] = Field(
        (),
        description="Columns, bucket(45, column), or year, month, day, hour of a column: rows of "
        "different values are in different files.",
    )
    sort_by: Annotated[
        tuple[Annotated[str, AfterValidator(_sort)], ...],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    ] = Field((), description="Columns by which rows are sorted in each file; 'column desc'.")

    @property
    def columns(self) -> tuple[tuple[str, int, str, str], ...]:
        """(field, position, column, unit of time or empty) of every column that is named."""
        found = []
        for position, text in enumerate(self.partition_by):
            column, unit = _column(text)
            found.append(("partition_by", position, column, unit))
        for position, text in enumerate(self.sort_by):
            found.append(("sort_by", position, text.split()[0], ""))
        return tuple(found)

    @property
    def partition_sql(self) -> str:
        """The partitions as DuckLake takes them: a month is one of a year, as a person means it.

        Each once: `year(t)` before `month(t)` adds nothing, and twice the engine refuses to write.
        """
        items = (item for text in self.partition_by for item in _partition_items(text))
        return ", ".join(dict.fromkeys(items))

    @property
    def sort_sql(self) -> str:
        """The order as DuckLake takes it; NULL comes last."""
        items = (text.split() for text in self.sort_by)
        return ", ".join(
            f"{quoted(item[0])} {item[1] if item[1:] else 'asc'} nulls last" for item in items
        )


def _column(text: str) -> tuple[str, str]:
    match = _PARTS.fullmatch(text)
    assert match is not None  # noqa: S101  validated
    return match["column"] or match["hashed"] or match["timed"], match["unit"] or ""


def _partition_items(text: str) -> list[str]:
    match = _PARTS.fullmatch(text)
    assert match is not None  # noqa: S101  validated
    if match["hashed"]:
        return [f"bucket({match['n']}, {quoted(match['hashed'])})"]
    if match["unit"]:
        units = _UNITS[: _UNITS.index(match["unit"]) + 1]
        return [f"{unit}({quoted(match['timed'])})" for unit in units]
    return [quoted(match["column"])]
