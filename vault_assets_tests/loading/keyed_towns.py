"""Visits of sessions: marts by key and over each other, beside the same built whole."""

from typing import Any

from vault_assets.loading.marts import build_mart
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.warehouses import source, warehouse

VISITS = {"session": "text", "page": "text", "seconds": "integer", "seen": "timestamp"}
NEWEST = """
with visits as (
  select v.session, v.page, v.seconds, v.seen
  from stage.visits as v
  qualify v.load_ts = max(v.load_ts) over (partition by v.page)
)
"""
SESSIONS = """
select session, min(seen) as began, cast(sum(seconds) as bigint) as seconds
from visits
where {where}
group by session
"""
KEYS = "session in (select session from changed_keys)"
# A page that comes again replaces its rows: sessions that had it before are touched too.
TOUCHED = """
select distinct before.session
from stage.visits as before
inner join stage.visits as s on s.page = before.page
inner join new_batches as b on b.batch_id = s.batch_id
where before.session is not null
"""
PAGES = """
select session, page, seconds from stage.visits as v
where {where} and seconds is not null
"""
PAIRS = "(v.page, v.session) in (select c.page, c.session from changed_keys as c)"
DAYS = """
select cast(began as date) as day, count(*) as sessions, cast(sum(seconds) as bigint) as seconds
from mart.{sessions}
{where}
group by 1
"""
OF_DAYS = "where cast(began as date) in (select partition_value from changed_partitions)"


def visits_town(**changes: Any) -> Warehouse:
    """Return visits.

    `sessions` by key; `pages` by two columns, several rows a key; `long` by key over `sessions`;
    `days` by partition over `sessions`; `busy` by key over `days`. Each has a twin `whole_<name>`.
    """
    marts: dict[str, Any] = {
        "sessions": {
            "sql": NEWEST + SESSIONS.format(where=KEYS),
            "key": "session",
            "incremental": {"key": "session", "changed": TOUCHED},
        },
        "pages": {
            "sql": PAGES.format(where=PAIRS),
            "incremental": {
                "key": ["session", "page"],
                "changed": "select s.page, s.session from stage.visits as s "
                "inner join new_batches as b using (batch_id) where s.session is not null",
            },
        },
        "long": {
            "sql": f"select session, seconds from mart.sessions where seconds > 3 and {KEYS}",
            "incremental": {"key": "session", "changed": TOUCHED},
        },
        "days": {
            "sql": DAYS.format(sessions="sessions", where=OF_DAYS),
            "partition": {
                "column": "day",
                "grain": "day",
                "start": "2024-01-01",
                # Any day: where a session began before is not known any more.
                "changed": "select v.seen from stage.visits as v where exists (from new_batches)",
            },
        },
        "busy": {
            "sql": "select day from mart.days where sessions > 1 and day in "
            "(select day from changed_keys)",
            "incremental": {
                "key": "day",
                "changed": "select cast(v.seen as date) as day from stage.visits as v "
                "where exists (from new_batches)",
            },
        },
        "whole_sessions": {
            "sql": NEWEST + SESSIONS.format(where="session is not null"),
        },
        "whole_pages": {"sql": PAGES.format(where="session is not null")},
        "whole_long": {"sql": "select session, seconds from mart.whole_sessions where seconds > 3"},
        "whole_days": {"sql": DAYS.format(sessions="whole_sessions", where="")},
        "whole_busy": {"sql": "select day from mart.whole_days where sessions > 1"},
    }
    return warehouse(
        sources={"visits": source(VISITS)},
        marts={name: {**mart, **changes.get(name, {})} for name, mart in marts.items()},
    )


INCREMENTAL = ("sessions", "pages", "long", "days", "busy")


def build(house: House, name: str = "sessions", partitions: str | None = None) -> Written:
    return build_mart(house.lake, house.warehouse, name, run_id="test", partitions=partitions)


def table(house: House, name: str) -> list[tuple[Any, ...]]:
    return sorted(house.query(f"select * from mart.{name}"), key=repr)


def equals_whole(house: House, name: str) -> None:
    """Compare a mart with its twin, which is built now."""
    build(house, f"whole_{name}")
    assert table(house, name) == table(house, f"whole_{name}"), name
