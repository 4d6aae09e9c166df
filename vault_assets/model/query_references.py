"""Cross-references of query tables: every name must exist and fit, every mistake is reported."""

from typing import TYPE_CHECKING

from vault_assets.model.histories import (
    EffectivitySatellite,
    History,
    MultiActiveSatellite,
    Satellite,
)
from vault_assets.model.query_tables import Bridge, Pit
from vault_assets.model.references import Path, Problems
from vault_assets.model.relations import Link

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse

VIEWS = ("current", "history", "present", "intervals")


def check_query_tables(warehouse: "Warehouse", problems: Problems) -> None:
    """Record every name of a query table that does not exist or does not fit."""
    _one_name_each(warehouse, problems)
    for name, pit in warehouse.pits.items():
        _snapshots(warehouse, pit, ("pits", name), problems)
        _pit(warehouse, pit, ("pits", name), problems)
    for name, bridge in warehouse.bridges.items():
        _snapshots(warehouse, bridge, ("bridges", name), problems)
        _bridge(warehouse, bridge, ("bridges", name), problems)


def _one_name_each(warehouse: "Warehouse", problems: Problems) -> None:
    taken: dict[str, str] = {}
    for field, name, table in warehouse.vault_tables():
        taken[name] = field
        if isinstance(table, History) and table.views:
            taken |= {f"{name}_{view}": f"the views of {name}" for view in table.view_kinds}
    for name, link in warehouse.same_as_links.items():
        if link.view_name in taken:
            problems.add(
                ("same_as_links", name, "master_view"),
                f"{link.view_name!r} is the name of one of {taken[link.view_name]!r} too",
            )
        taken[link.view_name] = f"the views of {name}"
    for hub in warehouse.hubs:
        taken |= dict.fromkeys(warehouse.role_views(hub), f"the views of {hub}")
    for field, name, _ in (*warehouse.vault_tables(), *warehouse.query_tables()):
        if taken.get(name, field) != field:
            problems.add((field, name), f"{name!r} is the name of one of {taken[name]!r} too")
        taken.setdefault(name, field)


def _snapshots(warehouse: "Warehouse", table: Pit | Bridge, path: Path, problems: Problems) -> None:
    problems.known((*path, "snapshots"), "snapshot control", table.snapshots, warehouse.snapshots)


def _pit(warehouse: "Warehouse", pit: Pit, path: Path, problems: Problems) -> None:
    if (pit.hub is None) == (pit.link is None):
        problems.add(path, "needs either `hub` or `link`")
        return
    field, known = ("hub", warehouse.hubs) if pit.hub else ("link", warehouse.links)
    if not problems.known((*path, field), field, pit.parent, known):
        return
    histories = {
        name
        for _, name, table in warehouse.vault_tables()
        if isinstance(table, History) and described(table) == pit.parent
    }
    for number, name in enumerate(pit.satellites):
        place = (*path, "satellites", number)
        if problems.known(place, f"satellite of {pit.parent}", name, histories):
            _has_states(warehouse, name, place, problems)
    if len(set(pit.satellites)) < len(pit.satellites):
        problems.add((*path, "satellites"), "names a satellite twice")


def described(table: History) -> str:
    """Return the hub or link that a history describes."""
    if isinstance(table, EffectivitySatellite):
        return table.link
    return table.parent if isinstance(table, Satellite | MultiActiveSatellite) else ""


def _has_states(warehouse: "Warehouse", name: str, path: Path, problems: Problems) -> None:
    table = warehouse.multi_active_satellites.get(name)
    if table and table.append_only:
        problems.add(path, f"{name!r} is `append_only`: events have no state as of a time")


def _bridge(warehouse: "Warehouse", bridge: Bridge, path: Path, problems: Problems) -> None:
    if len(bridge.path) % 2 == 0:
        problems.add((*path, "path"), "ends with a link: it goes hub, link, hub, link, hub...")
        return
    kinds = (("hub", warehouse.hubs), ("link", warehouse.links))
    whole = True
    for number in range(len(bridge.path)):
        kind, known = kinds[number % 2]
        whole &= problems.known((*path, "path", number), kind, bridge.step(number), known)
    for number in range(1, len(bridge.path), 2):
        if whole:
            _link_step(warehouse, bridge, number, (*path, "path", number), problems)
    links = [bridge.step(number) for number in range(1, len(bridge.path), 2)]
    for link, satellite in bridge.effectivity.items():
        place = (*path, "effectivity", link)
        of_link = [n for n, t in warehouse.effectivity_satellites.items() if t.link == link]
        if problems.known(place, "link of the path", link, links):
            problems.known(place, f"effectivity satellite of {link}", satellite, of_link)


def _link_step(
    warehouse: "Warehouse", bridge: Bridge, place: int, path: Path, problems: Problems
) -> None:
    link = warehouse.links[bridge.step(place)]
    before, after = bridge.step(place - 1), bridge.step(place + 1)
    named = bridge.roles(place)
    for role, hub in zip(named or (), (before, after), strict=False):
        if problems.known(path, "role", role, link.hubs) and link.hubs[role] != hub:
            problems.add(path, f"role {role!r} is a key of {link.hubs[role]!r}, not of {hub!r}")
    if named is None and roles_between(link, before, after) is None:
        roles = ", ".join(f"{role} ({hub})" for role, hub in link.hubs.items())
        problems.add(
            path,
            f"does not say how it leads from {before!r} to {after!r}: its roles are {roles}; "
            f"write {{{bridge.step(place)}: [role before, role after]}}",
        )


def roles_between(link: Link, before: str, after: str) -> tuple[str, str] | None:
    """Return the roles by which a link leads from one hub to another, if only two can be meant."""
    first = [role for role, hub in link.hubs.items() if hub == before]
    last = [role for role, hub in link.hubs.items() if hub == after]
    if before == after:
        return (first[0], first[1]) if len(first) == 2 else None  # noqa: PLR2004  a pair
    return (first[0], last[0]) if len(first) == len(last) == 1 else None
