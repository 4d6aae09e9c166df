"""Snapshots that close too much: held until somebody says, with a reason, that they are right."""

from collections.abc import Iterator

import pytest

from vault_assets.api import AuditsFailedError, Vault, open_lake
from vault_assets.errors import BatchError
from vault_assets.loading.approving import waiting_approvals
from vault_assets_tests.api.vaults import day, rows, source


def declared(**status: float) -> dict[str, object]:
    return {
        "name": "club",
        "sources": {"members": source({"person": "text"}, "full")},
        "hubs": {"h_people": {"keys": "person", "from": "members"}},
        "status_tracking_satellites": {
            "st_people": {"parent": "h_people", "from": "members", **status}
        },
    }


@pytest.fixture
def vault() -> Iterator[Vault]:
    """Open a vault whose second snapshot is held."""
    with open_lake(declared(hold_if_closing_over=0.5)) as opened:
        for number, names in enumerate(("abc", "a"), start=1):
            given = [{"person": name} for name in names]
            opened.add_batch("members", given, load_ts=day(number), batch_id=f"m{number}")
            opened.load("h_people")
            if number == 1:
                opened.load("st_people")
        with pytest.raises(AuditsFailedError, match="mass_close"):
            opened.load("st_people")
        yield opened


def test_an_approved_snapshot_is_applied_by_the_next_load(vault: Vault) -> None:
    approval = vault.release_held("m2", reason="the club was split", by="ann")
    assert approval.tables == ("vault.st_people",)
    (waiting,) = waiting_approvals(vault.lake, vault.warehouse)
    assert (waiting["approved_by"], waiting["reason"]) == ("ann", "the club was split")
    vault.load("st_people")
    states = [("ACTIVE", day(1))] * 3 + [("DELETED", day(2))] * 2
    assert rows(vault, "st_people", "status load_ts") == states
    assert waiting_approvals(vault.lake, vault.warehouse) == []
    assert [row["approved_by"] for row in vault.batches()] == [None, "ann"]
    assert [v.audit.name for v in vault.check("st_people") if not v.passed] == []
    before = rows(vault, "st_people", "status load_ts batch_id")
    vault.rebuild()
    assert rows(vault, "st_people", "status load_ts batch_id") == before


def test_an_approval_is_for_one_batch(vault: Vault) -> None:
    vault.release_held("m2", reason="split")
    vault.add_batch("members", [], load_ts=day(3), batch_id="m3")
    with pytest.raises(AuditsFailedError, match="mass_close"):
        vault.load("st_people")
    vault.release_held("m3", reason="closed down")
    vault.load("st_people")
    assert len(rows(vault, "st_people", "status")) == 6


def test_an_approval_that_is_not_needed_is_refused(vault: Vault) -> None:
    for batch, reason, told in (
        ("m1", "x", "is not held: vault.st_people has applied it"),
        ("m2", " ", "needs a reason"),
        ("m9", "x", "no batch 'm9'"),
    ):
        with pytest.raises(BatchError, match=told):
            vault.release_held(batch, reason=reason)
    vault.release_held("m2", reason="x", by="ann")
    with pytest.raises(BatchError, match="approved already, by ann"):
        vault.release_held("m2", reason="y")
    with open_lake(declared()) as other:
        other.add_batch("members", [{"person": "a"}], batch_id="m1")
        with pytest.raises(BatchError, match="declares `hold_if_closing_over`"):
            other.release_held("m1", reason="x")
