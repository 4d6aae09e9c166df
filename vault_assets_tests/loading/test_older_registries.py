"""Registries of earlier versions: they are read, and get what they lack."""

from vault_assets.loading.reporting import source_status
from vault_assets.targets.memory import MemoryLake
from vault_assets_tests.api.vaults import day, people, rows

NEW = ("released", "approvals", "objects")


def test_an_older_registry_is_read_and_brought_up_to_date() -> None:
    with people() as vault:
        given = [
            {"person": "ann", "name": "A", "age": 1},
            {"person": "bob", "name": "B", "age": "?"},
        ]
        vault.add_batch("people", given, load_ts=day(1), batch_id="first")
        vault.load()
        connection = vault.lake.connection()
        for name in NEW:
            connection.execute(f"drop table registry.{name}")
        connection.execute("alter table registry.batches drop column parent_batch_id")
        assert isinstance(vault.lake, MemoryLake)
        vault.lake._facts.clear()  # as a process that opens the lake anew, and knows nothing of it
        (verdict,) = (v for v in vault.check("stage.people") if v.audit.name == "quarantined")
        assert verdict.sample[0]["object_key"] == "rows/first"
        assert [batch["batch_id"] for batch in vault.batches()] == ["first"]
        (state,) = source_status(vault.lake, vault.warehouse)
        assert state.quarantined == 1
        vault.release("first", [{"row_no": 2, "person": "bob", "name": "B", "age": 2}])
        vault.load()
        assert len(rows(vault, "h_people", "person")) == 2
        (state, *_) = source_status(vault.lake, vault.warehouse)
        assert state.quarantined == 0
