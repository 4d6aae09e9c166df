"""Partitions of a mart: which column they are told by, and how a person names them."""

import datetime as dt
import re
from typing import Any, Literal

from pydantic import Field, field_validator

from vault_assets.errors import DeclarationError
from vault_assets.model.base import Declared
from vault_assets.model.names import Name

Grain = Literal["hour", "day", "month"]
ALL = "all"
CHANGED = "changed_partitions"
"""The temp table that the query of such a mart reads: partition_value."""
BATCHES = "mart_batches"
"""The temp table that it may read: staged batches of the sources behind it."""
_PATTERN = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2})?)?)?)?", re.ASCII)
_FORMS = {"hour": "2024-05-01T13:00", "day": "2024-05-01", "month": "2024-05"}


class Partition(Declared):
    """How a mart is divided by time: a build replaces the partitions that changed, no others."""

    column: Name = Field(description="Column of the mart whose value names the row's partition.")
    grain: Grain = Field("day", description="hour (a timestamp), day or month (a date).")
    start: dt.datetime = Field(description="The first partition; earlier ones are not built.")
    changed: str = Field(
        min_length=1,
        description="A query for the times, of any grain, that new batches touch, or its path "
        "below the SQL folder. It reads new_batches(source, batch_id, load_ts, from_key, "
        "records, loaded).",
    )

    @property
    def temp(self) -> str:
        """The temp table that says what is built."""
        return CHANGED

    @property
    def temp_columns(self) -> tuple[str, ...]:
        """Its columns."""
        return ("partition_value",)

    @field_validator("start", mode="before")
    @classmethod
    def _start(cls, value: Any) -> dt.datetime:
        found = _time(str(value))
        if found is None:
            msg = f"{value!r} is no time: write it as 2024-01-01"
            raise ValueError(msg)
        return found

    @property
    def sql_type(self) -> str:
        """Type of the column that names partitions."""
        return "timestamp" if self.grain == "hour" else "date"

    def truncated(self, sql: str) -> str:
        """Return the SQL of the partition that a time belongs to."""
        return f"cast(date_trunc('{self.grain}', cast({sql} as timestamp)) as {self.sql_type})"

    def bounds(self, given: str) -> tuple[dt.datetime, dt.datetime]:
        """Return the first and the last partition of `first`, or of `first...last`.

        Raises:
            DeclarationError: It cannot be read, is empty, or begins before the start.
        """
        texts = given.split("...")
        times = [_time(text.strip()) for text in texts]
        first, last = times[0], times[-1]
        if len(times) > 2 or first is None or last is None:  # noqa: PLR2004  a range has two ends
            form = _FORMS[self.grain]
            fix = f"Write {form}, {form}...{form} or {ALL}."
            raise DeclarationError(f"{given!r} names no {self.grain}s", fix=fix)
        if last < first:
            raise DeclarationError(f"{given!r} ends before it begins")
        if self.floor(first) < self.floor(self.start):
            raise DeclarationError(
                f"{given!r} begins before the first partition, {self.start:%Y-%m-%d %H:%M}"
            )
        return self.floor(first), self.floor(last)

    def read(self, text: str) -> dt.datetime:
        """Return the partition that the database writes so."""
        return dt.datetime.fromisoformat(text)

    def label(self, value: dt.date) -> str:
        """Return how a partition is written in the key of a file."""
        return value.strftime(
            {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}[self.grain]
        )

    def floor(self, time: dt.datetime) -> dt.datetime:
        """Return when the partition of a time begins."""
        whole = time.replace(minute=0, second=0, microsecond=0)
        if self.grain == "hour":
            return whole
        return whole.replace(hour=0, day=1 if self.grain == "month" else whole.day)


def _time(text: str) -> dt.datetime | None:
    if not _PATTERN.fullmatch(text):
        return None
    try:
        return dt.datetime.fromisoformat(text + "-01" if len(text) == len("2024-05") else text)
    except ValueError:
        return None
