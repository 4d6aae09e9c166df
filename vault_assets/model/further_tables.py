"""Same-as links and extended tracking satellites: what they are, and which names must fit."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, model_validator

from vault_assets.model.names import Name
from vault_assets.model.relations import Columns, Relation, VaultTable

if TYPE_CHECKING:
    from vault_assets.model.references import Problems
    from vault_assets.model.warehouse import Warehouse


class SameAsLink(Relation):
    """Which keys of a hub are duplicates of which: a row per stated pair."""

    pattern: ClassVar[str] = "same_as_link"

    hubs: dict[Name, Name] = Field(
        min_length=2,
        max_length=2,
        description="The role of the master, then that of the duplicate: the hub, twice.",
    )
    master_view: Name = Field(
        "", description="View of every key and its master; default <hub>_x_master."
    )

    @property
    def hub(self) -> str:
        """The hub whose keys it compares."""
        return next(iter(self.hubs.values()))

    @property
    def view_name(self) -> str:
        """Name of the view that maps every key of the hub to its master."""
        return self.master_view or f"{self.hub}_x_master"

    @model_validator(mode="after")
    def _compares_keys_of_one_hub(self) -> "SameAsLink":
        if len(set(self.hubs.values())) > 1:
            msg = "both roles of a same-as link are keys of one hub"
            raise ValueError(msg)
        if self.orphans == "unknown" or "unknown" in self.nulls.values():
            msg = "a same-as link cannot point to the unknown row: it is nobody's duplicate"
            raise ValueError(msg)
        return self


class ExtendedTrackingSatellite(VaultTable):
    """When which satellite of a key changed: a row per satellite and change, without payload."""

    pattern: ClassVar[str] = "extended_tracking_satellite"

    parent: Name = Field(description="The hub or link whose satellites are followed.")
    satellites: Columns = Field(
        min_length=1, description="The satellites that are followed, multi-active ones too."
    )


def check_further_tables(warehouse: "Warehouse", problems: "Problems") -> None:
    """Record every name of these tables that does not exist or does not fit."""
    for name, table in warehouse.extended_tracking_satellites.items():
        _extended_tracking(warehouse, name, table, problems)


def _extended_tracking(
    warehouse: "Warehouse", name: str, table: ExtendedTrackingSatellite, problems: "Problems"
) -> None:
    path = ("extended_tracking_satellites", name)
    known = [*warehouse.hubs, *(other for _, other, _ in warehouse.relations())]
    if not problems.known((*path, "parent"), "hub or link", table.parent, known):
        return
    satellites = {**warehouse.satellites, **warehouse.multi_active_satellites}
    described = [n for n, s in satellites.items() if s.parent == table.parent]
    others = {n: field for field, n, _ in warehouse.vault_tables() if n not in satellites}
    for number, satellite in enumerate(table.satellites):
        place = (*path, "satellites", number)
        if satellite in others:
            problems.add(place, f"{satellite!r} of {others[satellite]} has no payload to follow")
        elif problems.known(place, f"satellite of {table.parent}", satellite, described):
            _is_no_log(warehouse, satellite, place, problems)
    if len(set(table.satellites)) < len(table.satellites):
        problems.add((*path, "satellites"), "names a satellite twice")


def _is_no_log(
    warehouse: "Warehouse", name: str, path: tuple[str | int, ...], problems: "Problems"
) -> None:
    satellite = warehouse.multi_active_satellites.get(name)
    if satellite and satellite.append_only:
        problems.add(
            path,
            f"{name!r} is a log of events (append_only), each a row of its own: nothing changes",
        )
