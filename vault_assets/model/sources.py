"""Sources: which objects of the store belong to it, and what their rows look like."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vault_assets.model.base import Declared, Table, as_tuple
from vault_assets.model.freshness import Freshness
from vault_assets.model.keys import check_pattern
from vault_assets.model.names import Name, nearest
from vault_assets.model.prejoins import Prejoin
from vault_assets.model.types import ColumnType, Epoch, Type

Scalar = str | int | float | bool
Format = Literal["csv", "jsonl"]


class Column(Declared):
    """A column of a source file.

    Values that break `type`, `nullable` or a text's length quarantine the row; values that break
    `accepted`, `minimum` or `maximum` load and are reported by a check.
    """

    type: Type = Field(description="Declared type; the text in the file must convert exactly.")
    nullable: bool = Field(True, description="Whether a row without this value may load.")
    optional: bool = Field(False, description="Whether a file may lack the whole column.")
    unique: bool = Field(False, description="Report values that occur twice in one file.")
    empty_as_null: bool | None = Field(
        None,
        description="Read empty text as NULL. Default: in CSV files, which cannot tell one from "
        "the other, not in JSON; of rows given in memory only where the column is no text.",
    )
    time_zone: str | None = Field(
        None, description="Zone of timestamps without an offset, e.g. Europe/Berlin; default UTC."
    )
    epoch: Epoch | None = Field(
        None, description="The timestamp is a whole number of s, ms or us since 1970 in UTC."
    )
    strip: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        description="A character taken off a text that begins and ends with it, once: '\"'.",
    )
    repair_encoding: bool = Field(
        False,
        description="Decode text that was encoded in UTF-8 twice or three times; other text stays.",
    )
    key: str | None = Field(
        None, description="Key in a JSON object; default: the column's name. Exact, also with dots."
    )
    path: str | None = Field(
        None, description="Keys that lead to a value in nested JSON objects, with dots: device.os."
    )
    accepted: tuple[Scalar, ...] = Field((), description="The values that may occur.")
    minimum: str | None = Field(None, description="Smallest plausible value, as in a file.")
    maximum: str | None = Field(
        None, description="Largest plausible value, as in a file; `now` for no later than the load."
    )
    normalize: tuple[Literal["trim", "upper", "lower"], ...] = Field(
        (),
        description="What a text becomes before it is stored and hashed: trim = without blanks at "
        "both ends. The vault knows the result only.",
    )
    description: str = Field("", description="What the value means.")
    tags: tuple[str, ...] = Field((), description="For example: pii.")

    @property
    def steps(self) -> tuple[str, ...]:
        """Keys that lead to the value in a JSON object; empty for the column's name."""
        if self.path is not None:
            return tuple(self.path.split("."))
        return () if self.key is None else (self.key,)

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> "Column":
        if self.epoch and self.type.kind not in ("timestamp", "timestamptz"):
            msg = f"epoch needs a timestamp, this is {self.type}: declare `type: timestamp`"
            raise ValueError(msg)
        if self.epoch and self.time_zone:
            msg = "epoch is in UTC: remove time_zone"
            raise ValueError(msg)
        for option in ("strip", "repair_encoding"):
            if getattr(self, option) and self.type.kind != "text":
                msg = f"{option} needs a text, this is {self.type}: declare `type: text`"
                raise ValueError(msg)
        if self.strip and not self.strip.isprintable():
            msg = f"strip takes a visible character, not {self.strip!r}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _keys_can_be_found(self) -> "Column":
        if self.key is not None and self.path is not None:
            msg = "key and path exclude each other: path is for values in nested objects"
            raise ValueError(msg)
        for step in self.steps:
            if not step or any(sign in '"\\*' or ord(sign) < ord(" ") for sign in step):
                msg = f"{step!r} is no key: it may not be empty or hold quotes, backslashes or *"
                raise ValueError(msg)
        return self


class DerivedColumn(Declared):
    """A column of the stage that is computed from the row, or taken from the key of its object."""

    type: Type = Field(description="Type of the value.")
    sql: str = Field("", description="SQL expression over the source's columns, or a constant.")
    from_key: str | None = Field(
        None,
        description="Instead of `sql`: regular expression that is searched in the object's key; "
        "its named group `value` is the value of every row. Or groups year, month, day and hour: "
        "together a time, padded or not.",
    )
    description: str = Field("", description="What the value means.")

    @model_validator(mode="after")
    def _one_origin(self) -> "DerivedColumn":
        if bool(self.sql) == (self.from_key is not None):
            msg = "give either sql or from_key"
            raise ValueError(msg)
        if self.from_key is not None:
            check_pattern(self.from_key)
        return self


def _is_jsonl(pattern: str) -> bool:
    return pattern.removesuffix(".gz").removesuffix(".zip").endswith(".jsonl")


def _column(value: Any) -> Any:
    return {"type": value} if isinstance(value, str | ColumnType) else value


class Complete(Declared):
    """When all objects of a group are there."""

    count_group: str | None = Field(
        None, description="Named group of `by` that says how many parts there are."
    )
    marker: str | None = Field(
        None,
        description="Name of an object in the folder of the parts that is written after them, for "
        "example _SUCCESS.",
    )

    @model_validator(mode="after")
    def _one_rule(self) -> "Complete":
        if (self.count_group is None) == (self.marker is None):
            msg = "give either count_group or marker"
            raise ValueError(msg)
        if self.marker is not None and "/" in self.marker:
            msg = "the marker is a name in the folder of the parts, without a slash"
            raise ValueError(msg)
        return self


class Group(Declared):
    """Objects that are one batch together."""

    by: str = Field(
        description="Regular expression for whole keys with a named group `part`: objects whose "
        "keys differ there only are one batch."
    )
    complete: Complete = Field(description="A group becomes a batch when it is complete.")

    @model_validator(mode="after")
    def _names_its_groups(self) -> "Group":
        try:
            names = set(re.compile(self.by).groupindex)
        except re.error as error:
            msg = f"`by` is no regular expression: {error}"
            raise ValueError(msg) from error
        for name in ("part", self.complete.count_group):
            if name is not None and name not in names:
                msg = f"`by` has no group (?P<{name}>...)"
                raise ValueError(msg)
        return self


class Source(Table):
    """Files of one kind in the object store; every object becomes a batch."""

    objects: Annotated[
        tuple[str, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field(
        min_length=1,
        description="Key patterns below the landing root; * does not cross a slash, ** does.",
    )
    format: Format | None = Field(
        None,
        description="File format; gzip and zip are recognised. Default: jsonl if all `objects` end "
        "in .jsonl, .jsonl.gz or .jsonl.zip, else csv.",
    )
    delimiter: str = Field(",", min_length=1, max_length=1, description="CSV field separator.")
    delivery: Literal["full", "delta", "cdc"] = Field(
        "delta",
        description="full: each object is a complete snapshot; delta: changed rows only; cdc: rows "
        "with the operation that made them.",
    )
    group: Group | None = Field(
        None, description="How several objects are one batch; default: each object is one."
    )
    record_source: str | None = Field(
        None, description="Value of record_source; default: the warehouse's."
    )
    freshness_hours: float | None = Field(
        None, gt=0, description="The newest object is no older; else the check `fresh` warns."
    )
    freshness: Freshness | None = Field(
        None, description="How old the newest value of a column may be; judged by every run."
    )
    columns: dict[
        Name, Annotated[Column, BeforeValidator(_column, json_schema_input_type=str | Column)]
    ] = Field(min_length=1, description="Columns by name, in any order of the file.")

    derived: dict[Name, DerivedColumn] = Field(
        default_factory=dict, description="Further columns of the stage, computed from the row."
    )
    prejoins: dict[Name, Prejoin] = Field(
        default_factory=dict,
        description="Further columns of the stage, looked up in the rows of another stage.",
    )

    @property
    def key_columns(self) -> dict[str, DerivedColumn]:
        """The derived columns that are taken from the keys of objects."""
        return {name: column for name, column in self.derived.items() if column.from_key}

    @property
    def file_format(self) -> Format:
        """Format of the files: as declared, else by the endings of `objects`."""
        if self.format is not None:
            return self.format
        return "jsonl" if all(_is_jsonl(pattern) for pattern in self.objects) else "csv"

    def described(self, column: str) -> str:
        """Return the description of a column, of the file or derived."""
        found = self.columns.get(column) or self.derived.get(column)
        return found.description if found else ""

    @field_validator("objects")
    @classmethod
    def _keys_stay_in_the_store(cls, objects: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in objects:
            if pattern.startswith("/") or ".." in pattern.split("/"):
                msg = f"{pattern!r} must be a key below the landing root"
                raise ValueError(msg)
        return objects

    @model_validator(mode="after")
    def _options_fit_the_format(self) -> "Source":
        endings = {_is_jsonl(pattern) for pattern in self.objects}
        if self.format is None and len(endings) > 1:
            msg = "objects end in .jsonl and in something else: declare `format: jsonl` or csv"
            raise ValueError(msg)
        if self.file_format == "jsonl":
            if "delimiter" in self.model_fields_set:
                msg = "JSON lines have no delimiter: remove it"
                raise ValueError(msg)
            return self
        for name, column in self.columns.items():
            if column.steps:
                msg = f"column {name!r}: key and path are for `format: jsonl`, this source is csv"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _freshness_reads_a_time(self) -> "Source":
        if self.freshness is None:
            return self
        known = {**self.columns, **self.derived}
        found = known.get(self.freshness.column)
        if found is None:
            hint = nearest(self.freshness.column, known)
            msg = f"freshness: no column {self.freshness.column!r}: {hint}"
            raise ValueError(msg)
        if found.type.kind not in ("timestamp", "timestamptz", "date"):
            msg = f"freshness: {self.freshness.column!r} is {found.type}, no time"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _normalized_columns_are_texts(self) -> "Source":
        for name, column in self.columns.items():
            if column.normalize and column.type.kind != "text":
                msg = f"column {name!r} is {column.type}: only texts can be normalized"
                raise ValueError(msg)
            if name in self.derived:
                msg = f"{name!r} is a column of the file and derived"
                raise ValueError(msg)
        return self
