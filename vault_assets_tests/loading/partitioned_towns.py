"""A town whose deeds are counted by day: a mart by partition, and the same mart built whole."""

from typing import Any

from vault_assets.loading.marts import build_mart
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.warehouses import source, warehouse

DEEDS = {"person": "text", "done_at": "timestamp", "hours": "integer"}
DAILY = """
with deeds as (
  select {day} as done_on, h.person, d.hours
  from vault.l_deeds as d
  inner join vault.h_people as h on h.hk_people = d.hk_people
  where d.batch_id <> 'ghost'
)
select done_on, person, cast(sum(hours) as bigint) as hours
from deeds
{where}
group by done_on, person
"""
ONLY_CHANGED = "where done_on in (select partition_value from changed_partitions)"
TOUCHED = """
select s.done_at from stage.deeds as s inner join new_batches as b on b.batch_id = s.batch_id
"""
DAYS = {
    "hour": "date_trunc('hour', d.done_at)",
    "day": "cast(d.done_at as date)",
    "month": "cast(date_trunc('month', d.done_at) as date)",
}


def deeds_town(grain: str = "day", **changes: Any) -> Warehouse:
    """Return people and their deeds, hours by day in `daily`, and by day only in `daily_total`."""
    partition = {
        "column": "done_on",
        "grain": grain,
        "start": "2024-01-01",
        "changed": TOUCHED,
    }
    sql = DAILY.format(day=DAYS[grain], where=ONLY_CHANGED)
    marts: dict[str, Any] = {
        "daily": {"sql": sql, "key": ["done_on", "person"], "partition": partition},
        "daily_total": {
            "sql": f"select done_on, cast(sum(hours) as bigint) as hours from mart.daily "
            f"{ONLY_CHANGED} group by done_on",
            "key": "done_on",
            "partition": partition,
        },
        "whole": {"sql": DAILY.format(day=DAYS[grain], where="")},
    }
    return warehouse(
        sources={"deeds": source(DEEDS)},
        hubs={"h_people": {"keys": "person", "from": ["deeds"]}},
        non_historized_links={
            "l_deeds": {
                "hubs": {"hk_people": "h_people"},
                "identity": ["done_at"],
                "payload": ["hours"],
                "from": "deeds",
            }
        },
        marts={name: {**mart, **changes.get(name, {})} for name, mart in marts.items()},
    )


def build(house: House, name: str = "daily", partitions: str | None = None) -> Written:
    return build_mart(house.lake, house.warehouse, name, run_id="test", partitions=partitions)


def days(written: Written) -> list[str]:
    assert written.partitions is not None
    return [value.isoformat() for value in written.partitions]


def table(house: House, name: str) -> list[tuple[Any, ...]]:
    return sorted(house.query(f"select * from mart.{name}"))
