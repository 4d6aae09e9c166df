"""Tables for querying the vault as of a time: snapshot control, PIT and bridge."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from vault_assets.model.base import Declared, Table, as_tuple
from vault_assets.model.names import Name
from vault_assets.model.relations import Columns

Rule = Annotated[int, Field(gt=0)] | Literal["forever"]


def _utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value


Time = Annotated[dt.datetime, AfterValidator(_utc)]
"""A time in UTC without zone, as all load times."""


class Keep(Declared):
    """Rules: the first existing snapshot of each period is kept, for so many periods.

    Periods are counted back from a reference date, whose own period is the first.
    """

    daily: Rule | None = Field(None, description="Days, or forever.")
    weekly: Rule | None = Field(None, description="Weeks, which begin on Monday, or forever.")
    monthly: Rule | None = Field(None, description="Months, or forever.")
    yearly: Rule | None = Field(None, description="Years, or forever.")

    def rules(self) -> Iterator[tuple[str, str, int | None]]:
        """Yield (rule, unit of time, periods or None for forever) of the rules that are given."""
        units = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
        for rule, unit in units.items():
            count = getattr(self, rule)
            if count is not None:
                yield rule, unit, None if count == "forever" else count


class Snapshots(Table):
    """The times as of which PITs and bridges are built, and which of them are kept."""

    every: Literal["hour", "day", "week", "month", "year"] | None = Field(
        None, description="A snapshot at the beginning of each such period, in UTC."
    )
    offset_hours: int = Field(0, ge=0, description="So many hours after the period begins.")
    start: Time | None = Field(None, description="No snapshot before; default: the first batch.")
    times: Annotated[tuple[Time, ...], BeforeValidator(as_tuple)] = Field(
        (), description="Further snapshots, in UTC."
    )
    keep: Keep = Field(
        default_factory=lambda: Keep.model_validate({}),
        description="Which snapshots stay active; default all. The latest always does.",
    )


class Pit(Table):
    """Point in time: per snapshot and key, the row of each satellite that was valid then."""

    hub: Name | None = Field(None, description="The hub whose keys are listed; or `link`.")
    link: Name | None = Field(None, description="The link whose keys are listed; or `hub`.")
    satellites: Columns = Field(min_length=1, description="Histories of that hub or link.")
    snapshots: Name = Field(description="The snapshot control.")
    include_all: bool = Field(
        False, description="List also keys that were not known yet at the snapshot."
    )

    @property
    def parent(self) -> str:
        """The hub or link, empty if neither is given."""
        return self.hub or self.link or ""


def _steps(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Bridge(Table):
    """Per snapshot, the paths hub-link-hub-link-hub that existed and were active."""

    path: Annotated[tuple[Name | dict[Name, tuple[Name, Name]], ...], BeforeValidator(_steps)] = (
        Field(
            min_length=3,
            description="Hub, link, hub, link, hub...; a link that has a hub in several roles is "
            "written {link: [role before, role after]}.",
        )
    )
    effectivity: dict[Name, Name] = Field(
        default_factory=dict, description="Link: the effectivity satellite that ends it."
    )
    snapshots: Name = Field(description="The snapshot control.")

    def step(self, place: int) -> str:
        """Return the name of the hub or link at this place of the path."""
        item = self.path[place]
        return item if isinstance(item, str) else next(iter(item))

    def roles(self, place: int) -> tuple[str, str] | None:
        """Return the roles that the path names for the link at this place."""
        item = self.path[place]
        return None if isinstance(item, str) else next(iter(item.values()))


class QueryTables(Declared):
    """The query tables of a warehouse, by pattern."""

    snapshots: dict[Name, Snapshots] = Field(
        default_factory=dict, description="Snapshot controls by name."
    )
    pits: dict[Name, Pit] = Field(default_factory=dict, description="PITs by name.")
    bridges: dict[Name, Bridge] = Field(default_factory=dict, description="Bridges by name.")

    def query_tables(self) -> Iterator[tuple[str, str, Snapshots | Pit | Bridge]]:
        """Yield (field, name, table) of every query table, snapshot controls first."""
        for field in QueryTables.model_fields:
            for name, table in getattr(self, field).items():
                yield field, name, table
