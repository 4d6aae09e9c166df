"""All tables computed at once from events, by the queries of the warehouse alone.

No lake, no batches, no increments: every session and every hour counts as changed.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import duckdb

from vault_assets.sql.dialect import sql_type
from vault_assets.sql.tracing import mart_sql
from vault_assets_tests.clickstream.events import Row, lines
from vault_assets_tests.clickstream.shop import declared, key, order

Contents = dict[str, list[tuple[Any, ...]]]


def whole(hours: Mapping[str, Mapping[str, list[Row]]]) -> Contents:
    """Return the rows of every table, sorted.

    Args:
        hours: By hour of the file and source the events that the last file of this hour tells.
    """
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("set timezone = 'UTC'")
        for layer in declared().layers[1:]:
            con.execute(f"create schema {layer}")
        con.execute(
            "create temp table mart_batches (source text, from_key json, batch_id text, "
            "load_ts timestamp, records bigint, loaded bigint)"
        )
        con.execute("create temp table changed_partitions (partition_value timestamp)")
        con.execute("create temp table changed_keys (session_id uuid)")
        _deliver(con, hours)
        con.execute(
            "insert into changed_keys select distinct click_id from batch.browser_events "
            "union select click_id from batch.device_events "
            "union select click_id from batch.geo_events"
        )
        con.execute(
            "insert into changed_partitions select date_trunc('hour', event_timestamp) "
            "from batch.browser_events union "
            "select cast(from_key ->> 'load_hour' as timestamp) from mart_batches"
        )
        for name in order():
            label, query = declared().mart_label(name), mart_sql(declared(), name)
            con.execute(f"create table {label} as {query}")
        labels = [declared().mart_label(name) for name in order()]
        return {
            label: sorted(con.execute(f"from {label}").fetchall(), key=repr) for label in labels
        }


def _deliver(con: duckdb.DuckDBPyConnection, hours: Mapping[str, Mapping[str, list[Row]]]) -> None:
    """Fill schema `batch`: one batch of each hour and source."""
    for source, about in declared().sources.items():
        columns = {name: sql_type(column.type) for name, column in about.columns.items()}
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(
            f"create table batch.{source} (batch_id text, row_no bigint, {typed}, "
            "source_file text, load_hour timestamp)"
        )
        for hour, told in hours.items():
            if source not in told:
                continue
            rows = [json.loads(line) for line in lines(told[source], list(columns)).splitlines()]
            time, batch = dt.datetime.fromisoformat(hour), f"{source} {hour}"
            con.execute(
                "insert into mart_batches values ($source, $told, $batch, $time, $n, $n)",
                {
                    "source": source,
                    "told": json.dumps({"load_hour": f"{time}"}),
                    "batch": batch,
                    "time": time,
                    "n": len(rows),
                },
            )
            for number, row in enumerate(rows, 1):
                values = [batch, number, *row.values(), key(hour, source), time]
                marks = ", ".join("?" for _ in values)
                con.execute(f"insert into batch.{source} values ({marks})", values)
