"""What is ordered by the time of events: the earliest row of a group, relations from events."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from vault_assets.model.base import Declared
from vault_assets.model.names import Name
from vault_assets.model.relations import Binding, Columns, NonHistorizedLink, VaultTable

if TYPE_CHECKING:
    from vault_assets.model.references import Path, Problems
    from vault_assets.model.warehouse import Warehouse


class EventBinding(Binding):
    """Binds the events of a stage to relations of the link."""

    at: Name = Field(description="Stage column: when the relation begins (a timestamp).")
    only_first: bool = Field(
        False,
        description="An event opens a relation only if its driving key has no earlier event.",
    )


def _bindings(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else [value]


class Interval(Declared):
    """Names of the columns that say from when until when a relation holds."""

    start: Name = Field("effective_from", alias="from", description="Column of the beginning.")
    end: Name = Field("effective_to", alias="to", description="Column of the end; NULL = open.")


class EventEffectivitySatellite(VaultTable):
    """Which relation held when, by the time of events: one at a time of a driving key.

    Batches may bring events in any order: a driving key whose past changes is computed anew.
    """

    pattern: ClassVar[str] = "event_effectivity_satellite"

    link: Name = Field(description="The link whose relations begin and end.")
    driving: Columns = Field(min_length=1, description="Roles that have one relation at a time.")
    columns: Interval = Field(
        default_factory=lambda: Interval.model_validate({}), description="Names of its columns."
    )
    order: Columns = Field(
        (), description="Columns of every stage that order events of one time; then load_ts, line."
    )
    bindings: Annotated[
        tuple[EventBinding, ...],
        BeforeValidator(_bindings, json_schema_input_type=EventBinding | list[EventBinding]),
    ] = Field(alias="from", min_length=1, description="The stages that tell of relations.")


def check_event_tables(warehouse: "Warehouse", problems: "Problems") -> None:
    """Record every name of event tables and of `earliest` that does not exist or does not fit."""
    for name, table in warehouse.event_effectivity_satellites.items():
        _effectivity(warehouse, table, ("event_effectivity_satellites", name), problems)
    for field, name, link in warehouse.relations():
        for number, binding in enumerate(link.bindings):
            if binding.earliest is None or binding.stage not in warehouse.sources:
                continue
            here = (field, name, "from", number, "earliest")
            if not isinstance(link, NonHistorizedLink):
                problems.add(here, "is of non-historized links")
            columns = warehouse.stage_types(binding.stage)
            for column in (*binding.earliest.per, *binding.earliest.order):
                problems.known(here, f"column of stage {binding.stage}", column, columns)


def _effectivity(
    warehouse: "Warehouse", table: EventEffectivitySatellite, path: "Path", problems: "Problems"
) -> None:
    if not problems.known((*path, "link"), "link", table.link, warehouse.links):
        return
    link = warehouse.links[table.link]
    for role in table.driving:
        problems.known((*path, "driving"), "role", role, link.hubs)
    carrying = [binding.stage for binding in link.bindings]
    for number, binding in enumerate(table.bindings):
        here = (*path, "from", number)
        if not problems.known((*here, "stage"), f"stage of {table.link}", binding.stage, carrying):
            continue
        columns = warehouse.stage_types(binding.stage)
        for column in (binding.at, *table.order):
            problems.known(here, f"column of stage {binding.stage}", column, columns)
        if binding.at in columns and columns[binding.at].kind != "timestamp":
            problems.add((*here, "at"), f"{binding.at!r} is {columns[binding.at]}: no timestamp")
