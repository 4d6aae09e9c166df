"""A warehouse with layers of its own: tables, registry and API know them by these names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets.errors import DeclarationError
from vault_assets.loading.reporting import source_status
from vault_assets.loading.work import unfinished_batches
from vault_assets_tests.loading.layered_towns import clicks, shop

EVENTS = [
    {"event": "a", "session": "s", "at": "2024-05-01 09:10:00"},
    {"event": "b", "session": "s", "at": "2024-05-01 10:20:00"},
    {"event": "c", "session": "t", "at": "2024-05-01 10:30:00"},
]
LATE = [{"event": "d", "session": "t", "at": "2024-05-01 09:40:00"}]
Opener = Callable[..., Vault]


@pytest.fixture(params=["memory", "file"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    folder = tmp_path if request.param == "file" else None
    return lambda warehouse: open_lake(warehouse, folder=folder)


def rows(vault: Vault, table: str) -> list[tuple[Any, ...]]:
    found = vault.table(table).to_pylist()
    return sorted((tuple(row.values()) for row in found), key=repr)


def test_events_flow_through_their_layers(opened: Opener) -> None:
    with opened(clicks()) as vault:
        vault.add_batch("events", EVENTS)
        vault.build()
        assert len(rows(vault, "batch.events")) == len(rows(vault, "raw.events")) == 3
        assert len(vault.table("batch.events").column_names) > 3
        assert vault.table("events").column_names == ["event", "session", "at"]
        assert rows(vault, "sessions") == rows(vault, "stage.sessions") == [("s", 2), ("t", 1)]
        assert rows(vault, "mart.longest") == [("s",)]
        vault.add_batch("events", LATE)
        assert [str(hour) for hour in vault.build("hours").partitions or ()] == [
            "2024-05-01 09:00:00"
        ]
        assert [events for _, events in rows(vault, "hours")] == [2, 2]
        assert vault.build("hours").partitions == ()
        since = vault.query("from raw.since('2024-05-01 10:00:00')").to_pylist()
        assert {row["event"] for row in since} == {"b", "c"}
        assert {len(vault.counters(name)) for name in ("batch.events", "mart.hours")} == {2}
        assert all(verdict.passed for verdict in vault.check("stage.sessions"))
        assert all(verdict.passed for verdict in vault.check("batch.events"))


def test_the_registry_knows_the_stages_by_their_layer(opened: Opener) -> None:
    with opened(clicks()) as vault:
        vault.add_batch("events", EVENTS)
        vault.build()
        (batch,) = vault.batches("events")
        assert (batch["status"], batch["loaded"]) == ("staged", 3)
        (state,) = source_status(vault.lake, vault.warehouse)
        assert (state.batches, state.pending, state.rows) == (1, 0, 3)
        labels = vault.query("select distinct table_name from registry.applied order by all")
        assert labels.column(0).to_pylist() == ["batch.events", "mart.hours"]


def test_a_vault_between_other_layers_is_loaded_and_rebuilt(opened: Opener) -> None:
    with opened(shop()) as vault:
        vault.add_batch("people", [{"person": "ann", "city": "Rom"}])
        vault.load()
        vault.build()
        vault.add_batch("people", [{"person": "ann", "city": "Ulm"}])
        assert len(unfinished_batches(vault.lake, vault.warehouse)) == 1
        vault.load()
        vault.build()
        assert unfinished_batches(vault.lake, vault.warehouse) == []
        assert rows(vault, "core.people") == [("ann", "Ulm")]
        assert rows(vault, "cities") == [("Ulm", 1)]
        vault.rebuild()
        assert len(rows(vault, "s_people")) == 2
        assert rows(vault, "stg_people") == [("ann", "Ulm")]
        assert len(vault.quarantine("staging.people")) == 0
        assert len(vault.quarantine("vault.h_people")) == 0


def test_a_wrong_layer_is_no_table() -> None:
    with (
        open_lake(clicks()) as vault,
        pytest.raises(DeclarationError, match=r"no table 'mart\.sessions'"),
    ):
        vault.table("mart.sessions")
