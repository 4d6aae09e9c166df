"""Rows given as dictionaries become what the same rows in a landed CSV file become."""

import csv
import datetime as dt
import io
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.api import Vault
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets.targets.memory import MemoryLake
from vault_assets_tests.api.vaults import source

WAREHOUSE = Warehouse.model_validate(
    {
        "name": "test",
        "sources": {
            "people": source(
                {
                    "person": {"type": "text(5)", "nullable": False, "empty_as_null": True},
                    "age": "integer",
                    "score": "decimal(6,2)",
                    "born": "date",
                    "active": "boolean",
                    "seen": {"type": "timestamp", "time_zone": "Europe/Berlin"},
                }
            )
        },
        "hubs": {"h_people": {"keys": "person", "from": "people"}},
        "satellites": {
            "s_people": {"parent": "h_people", "payload": ["age", "score"], "from": "people"}
        },
    }
)
NAMES = tuple(WAREHOUSE.sources["people"].columns)
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters='\n",;')
TEXTS = st.text(LETTERS, max_size=6)
TIMES = st.datetimes(min_value=dt.datetime(1000, 1, 1))  # noqa: DTZ001  without zone on purpose


def either(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return values of the type, their texts, nothing, and texts of any kind."""
    return st.one_of(values, values.map(in_file), st.none(), TEXTS)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.one_of(st.sampled_from(["ann", "bob", "eve"]), st.none(), TEXTS),
            "age": st.deferred(lambda: either(st.integers(-(2**65), 2**65))),
            "score": st.deferred(lambda: either(st.decimals(-(10**5), 10**5, places=3))),
            "born": st.deferred(lambda: either(st.dates())),
            "active": st.deferred(lambda: either(st.booleans())),
            "seen": st.deferred(lambda: either(TIMES)),
        }
    ),
    max_size=6,
)


def in_file(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def land(vault: Vault, rows: list[dict[str, Any]]) -> None:
    """Write the rows as a file, land it, stage it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([NAMES, *([in_file(row[name]) for name in NAMES] for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        store = LocalFolder(Path(folder))
        store.put("x/people.csv", text.getvalue().encode())
        register(vault.lake, store, vault.warehouse, "people")
        stage_batches(vault.lake, store, vault.warehouse, "people", run_id="test")


def contents(vault: Vault) -> dict[str, Any]:
    """Return what is in the tables, but for times, ids, line numbers and the header."""
    vault.load()
    ask = vault.lake.connection().execute
    columns = "* exclude (batch_id, load_ts, row_no)"
    refused = "table_name, reason, column_name, detail"
    return {
        "stage": ask(f"select {columns} from stage.people order by row_no").fetchall(),
        "quarantine": ask(
            f"select {refused} from stage.people_quarantine order by row_no"
        ).fetchall(),
        "hub": ask("select person from vault.h_people order by all").fetchall(),
        "satellite": ask(
            "select hk_people, load_seq, hashdiff, age, score from vault.s_people order by all"
        ).fetchall(),
        "counters": ask(
            "select table_name, rows_in, inserted, unchanged, duplicate, quarantined "
            "from registry.applied order by table_name"
        ).fetchall(),
    }


ENGINE = duckdb.connect(config={"threads": 1})
ENGINE.execute("set timezone = 'UTC'")


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_dictionaries_equal_a_landed_file(rows: list[dict[str, Any]]) -> None:
    with MemoryLake("in_file", connection=ENGINE) as lake:
        landed = Vault(WAREHOUSE, lake)
        land(landed, rows)
        wanted = contents(landed)
    with MemoryLake("in_memory", connection=ENGINE) as lake:
        vault = Vault(WAREHOUSE, lake)
        vault.add_batch("people", rows)
        assert contents(vault) == wanted
