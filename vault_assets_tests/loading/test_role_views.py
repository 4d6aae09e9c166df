"""The views of a hub that plays several roles."""

from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.api import open_lake
from vault_assets.model import Warehouse
from vault_assets.sql.tracing import mart_lineage, mart_tables
from vault_assets_tests.api.vaults import rows

CALLS: dict[str, Any] = {
    "name": "town",
    "sources": {
        "calls": {"objects": "x", "columns": {"caller": "text", "called": "text", "no": "text"}}
    },
    "hubs": {
        "h_people": {
            "keys": "person",
            "hash_key": "hk_caller",
            "from": [
                {"stage": "calls", "columns": {"person": "caller"}},
                {"stage": "calls", "columns": {"person": "called"}, "role": "hk_called"},
            ],
        }
    },
    "links": {
        "l_calls": {
            "hubs": {"hk_caller": "h_people", "hk_called": "h_people"},
            "from": {"stage": "calls", "keys": {"hk_caller": "caller", "hk_called": "called"}},
        }
    },
    "marts": {
        "answers": {
            "sql": "select p.person, count(*) as calls from vault.l_calls as l "
            "inner join vault.h_people_as_hk_called as p using (hk_called) "
            "where l.batch_id <> 'ghost' group by p.person"
        }
    },
}
BATCH = [
    {"caller": "ann", "called": "bob", "no": "1"},
    {"caller": "cat", "called": "bob", "no": "2"},
    {"caller": "bob", "called": "ann", "no": "3"},
]


def test_a_mart_joins_a_hub_by_the_role_that_it_plays() -> None:
    with open_lake(CALLS) as vault:
        vault.add_batch("calls", BATCH)
        vault.load()
        vault.build("answers")
        assert rows(vault, "mart.answers", "person calls") == [("ann", 1), ("bob", 2)]
        found = vault.lake.session().connection.execute(
            "select view_name from duckdb_views() where schema_name = 'vault' and not internal"
        )
        assert found.fetchall() == [("h_people_as_hk_called",)]


def test_the_mart_depends_on_the_hub() -> None:
    town = Warehouse.model_validate(CALLS)
    assert mart_tables(town, "answers") == [("vault", "h_people"), ("vault", "l_calls")]
    assert mart_lineage(town, "answers")["person"] == [("vault", "h_people", "person")]


def test_no_table_has_the_name_of_such_a_view() -> None:
    also = {"h_people_as_hk_called": {"keys": "no", "from": "calls"}}
    declared = {**CALLS, "hubs": {**CALLS["hubs"], **also}}
    with pytest.raises(ValidationError, match="is the name of one of 'the views of h_people' too"):
        Warehouse.model_validate(declared)
