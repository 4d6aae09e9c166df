"""The views of a role-playing hub: the hub once more, its hash key named like a link's role."""

from dataclasses import dataclass

from vault_assets.model.names import quoted
from vault_assets.model.warehouse import Warehouse
from vault_assets.sql.templates import render


@dataclass(frozen=True)
class RoleView:
    """The view of one role.

    Args:
        name: Name of the view.
        hub: The hub.
        hub_key: Its hash key.
        role: What the view calls the hash key.
        others: The other columns of the hub, in order.
    """

    name: str
    hub: str
    hub_key: str
    role: str
    others: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Names of the view's columns, in order."""
        return [self.role, *self.others]

    @property
    def sql(self) -> str:
        """The statement that creates or replaces it."""
        return render("vault/hub/role_view.sql", view=self, quoted_name=quoted(self.name))

    def origin(self, column: str) -> str:
        """Return the hub's column behind one of the view's."""
        return self.hub_key if column == self.role else column


def role_views(warehouse: Warehouse, hub: str) -> list[RoleView]:
    """Return the views of a hub: one per role, of any link, that is not named like its hash key."""
    declared = warehouse.hubs[hub]
    others = (*declared.keys, *declared.payload, "load_ts", "record_source", "batch_id")
    return [
        RoleView(name, hub, declared.hash_key, role, others)
        for name, role in warehouse.role_views(hub).items()
    ]


def role_view_named(warehouse: Warehouse, name: str) -> RoleView | None:
    """Return the view of that name; None if there is none."""
    found = (v for hub in warehouse.hubs for v in role_views(warehouse, hub) if v.name == name)
    return next(found, None)
