"""The view of a same-as link: every key of its hub, and the master that it stands for."""

from collections.abc import Collection
from dataclasses import dataclass

from vault_assets.model.names import quoted
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.templates import render


@dataclass(frozen=True)
class Undoing:
    """An effectivity satellite of a same-as link: its table, and its column that says so."""

    table: TablePlan
    active: str

    @property
    def sql(self) -> str:
        """The quoted, qualified name of the table."""
        return self.table.sql


@dataclass(frozen=True)
class MasterView:
    """The view that maps keys to their masters.

    Args:
        view: The view.
        sal: The same-as link.
        hub: The hub.
        hub_key: Hash key of the hub.
        key: Hash key of the same-as link.
        master: Role of the master.
        duplicate: Role of the duplicate.
        undoing: The effectivity satellites of the same-as link: pairs that ended do not count.
    """

    view: TablePlan
    sal: TablePlan
    hub: TablePlan
    hub_key: str
    key: str
    master: str
    duplicate: str
    undoing: tuple[Undoing, ...] = ()

    def sql(self, tables: Collection[str]) -> str:
        """Return the statement that creates it.

        Args:
            tables: The vault tables that exist: others undo nothing yet.
        """
        return render(
            "vault/same_as_link/master_view.sql",
            view=self.view,
            sal=self.sal.sql,
            hub=self.hub.sql,
            hub_key=quoted(self.hub_key),
            key=quoted(self.key),
            master=quoted(self.master),
            duplicate=quoted(self.duplicate),
            stated=quoted("stated_master"),
            undone=[each for each in self.undoing if each.table.name in tables],
        )


def master_view(warehouse: Warehouse, name: str) -> MasterView | None:
    """Return the view of same-as link `name`; None if there is no such link."""
    link = warehouse.same_as_links.get(name)
    if link is None:
        return None
    master, duplicate = link.hubs
    return MasterView(
        TablePlan("vault", link.view_name, ()),
        TablePlan("vault", name, ()),
        TablePlan("vault", link.hub, ()),
        warehouse.hubs[link.hub].hash_key,
        link.hash_key,
        master,
        duplicate,
        tuple(
            Undoing(TablePlan("vault", other, ()), satellite.active)
            for other, satellite in warehouse.effectivity_satellites.items()
            if satellite.link == name
        ),
    )


def master_view_named(warehouse: Warehouse, name: str) -> MasterView | None:
    """Return the view of that name; None if there is none."""
    sals = [sal for sal, link in warehouse.same_as_links.items() if link.view_name == name]
    return master_view(warehouse, sals[0]) if sals else None
