"""Small declarations with every pattern, as the tests of loads need them."""

from collections.abc import Collection
from functools import cache
from typing import Any

from vault_assets.model import Warehouse

PERSON = {"person": "text", "name": "text", "city": "text"}
LEADS = {"team": "integer", "leader": "text", "since": "timestamp"}


def source(columns: dict[str, Any], delivery: str = "delta") -> dict[str, Any]:
    return {"objects": "x/*.csv", "delivery": delivery, "columns": columns}


def warehouse(**parts: Any) -> Warehouse:
    """Return a declaration made of these parts."""
    return Warehouse.model_validate({"name": "test", **parts})


def leads(name: str, stage: str, late: str) -> dict[str, Any]:
    """Declare who leads which team: a link and its effectivity, from one stage."""
    return {
        "links": {
            f"l_{name}": {
                "hubs": {"hk_teams": "h_teams", "hk_people": "h_people"},
                "from": {"stage": stage, "keys": {"hk_people": "leader"}},
                "orphans": "quarantine",
            }
        },
        "effectivity_satellites": {
            f"e_{name}": {
                "link": f"l_{name}",
                "driving": "hk_teams",
                "effective_from": {"first": "since"},
                "from": stage,
                "orphans": "quarantine",
                "late": late,
            }
        },
    }


def town(
    late: str = "strict", *, tables: Collection[str] = (), sources: Collection[str] = ()
) -> Warehouse:
    """Return a town: its people (as snapshots and as changes), their phones, what they did, their
    teams (as snapshots and as moves).

    Leaders of teams need not be known: people are known from `people`, `changes`, `phones`, `acts`.

    Args:
        late: What its histories do with late batches.
        tables: The vault tables that it has; default all.
        sources: The sources that it has; default all.
    """
    return _made(late, frozenset(tables), frozenset(sources))


@cache
def _made(late: str, tables: Collection[str], sources: Collection[str]) -> Warehouse:
    """Return the town, the same one to whoever asks: its plans are then made once."""
    parts = _town(late)
    if tables:
        parts = {
            field: {name: table for name, table in part.items() if name in {*tables, *sources}}
            for field, part in parts.items()
        }
        for hub in parts["hubs"].values():
            hub["from"] = [stage for stage in hub["from"] if stage in sources]
    return warehouse(**parts)


def _town(late: str) -> dict[str, Any]:
    snapshot, moves = leads("leads", "teams", late), leads("moves", "moves", late)
    return {
        "sources": {
            "people": source(PERSON, "full"),
            "changes": source(PERSON),
            "phones": source({"person": "text", "kind": "text", "number": "text"}),
            "acts": source({"person": "text", "act": "text", "hour": "integer"}),
            "teams": source(LEADS, "full"),
            "moves": source(LEADS),
            "deeds": source({"team": "integer", "person": "text", "deed": "text"}),
        },
        "hubs": {
            "h_people": {"keys": "person", "from": ["people", "changes", "phones", "acts"]},
            "h_teams": {"keys": "team", "payload": "since", "from": ["teams", "moves"]},
        },
        "links": {
            **snapshot["links"],
            **moves["links"],
            "l_deeds": {
                "hubs": {"hk_teams": "h_teams", "hk_people": "h_people"},
                "from": "deeds",
                "orphans": "quarantine",
            },
        },
        "satellites": {
            "s_people": _described("h_people", ["name", "city"], "people", late),
            "s_changes": _described("h_people", ["name", "city"], "changes", late),
            "s_deeds": {**_described("l_deeds", "deed", "deeds", late), "orphans": "quarantine"},
        },
        "multi_active_satellites": {
            "s_phones": {**_described("h_people", "number", "phones", late), "child_keys": "kind"},
            "s_acts": {
                "parent": "h_people",
                "child_keys": ["act", "hour"],
                "append_only": True,
                "from": "acts",
            },
        },
        "effectivity_satellites": {
            **snapshot["effectivity_satellites"],
            **moves["effectivity_satellites"],
        },
    }


def _described(parent: str, payload: Any, stage: str, late: str) -> dict[str, Any]:
    return {"parent": parent, "payload": payload, "from": stage, "late": late}
