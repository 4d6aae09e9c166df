"""Warehouses with layers of their own: marts beside, before and after the vault."""

from typing import Any

from vault_assets.model import Warehouse
from vault_assets_tests.loading.warehouses import source

EVENTS = {"event": "text", "session": "text", "at": "timestamp"}
HOURS = """
select date_trunc('hour', e.at) as hour, count(*) as events
from raw.events as e
where date_trunc('hour', e.at) in (select partition_value from changed_partitions)
group by 1
"""
TOUCHED = "select s.at from batch.events as s inner join new_batches as b using (batch_id)"
CLICKS: dict[str, Any] = {
    "name": "clicks",
    "layers": ["landing", "batch", "raw", "stage", "mart"],
    "sources": {"events": source(EVENTS)},
    "marts": {
        "events": {
            "layer": "raw",
            "kind": "view",
            "sql": "select distinct e.event, e.session, e.at from batch.events as e",
        },
        "since": {
            "layer": "raw",
            "kind": "view",
            "parameters": {"start": {"type": "timestamp"}},
            "sql": "select e.event from raw.events as e where e.at >= $start",
        },
        "sessions": {
            "layer": "stage",
            "key": "session",
            "sql": "select e.session, count(*) as events from raw.events as e group by e.session",
        },
        "hours": {
            "key": "hour",
            "partition": {
                "column": "hour",
                "grain": "hour",
                "start": "2024-01-01",
                "changed": TOUCHED,
            },
            "sql": HOURS,
        },
        "longest": {
            "sql": "select s.session from stage.sessions as s order by s.events desc limit 1"
        },
    },
}
SHOP: dict[str, Any] = {
    "name": "shop",
    "layers": ["landing", "staging", "vault", "core", "mart"],
    "sources": {"people": source({"person": "text", "city": "text"}, "full")},
    "hubs": {"h_people": {"keys": "person", "from": "people"}},
    "satellites": {"s_people": {"parent": "h_people", "payload": "city", "from": "people"}},
    "marts": {
        "stg_people": {
            "layer": "staging",
            "key": "person",
            "sql": "select p.person, max_by(p.city, p.load_ts) as city from staging.people as p "
            "group by p.person",
        },
        "people": {
            "layer": "core",
            "sql": "select h.person, s.city from vault.h_people as h "
            "inner join staging.stg_people as s on s.person = h.person",
        },
        "cities": {"sql": "select c.city, count(*) as people from core.people as c group by 1"},
    },
}


def clicks(**changes: Any) -> Warehouse:
    """Return events that are staged in `batch` and read by marts in three later layers."""
    return Warehouse.model_validate(CLICKS | changes)


def shop(**changes: Any) -> Warehouse:
    """Return people, with a mart in the layer of the stages, and the vault in the middle."""
    return Warehouse.model_validate(SHOP | changes)
