"""What the sensor finds to do after a held snapshot was approved."""

from pathlib import Path

import pytest

from vault_assets.api import AuditsFailedError, open_lake
from vault_assets.landing.store import open_store
from vault_assets.orchestration.sensors import find_work
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, source


def test_an_approval_is_new_work_for_what_was_tried_in_vain(tmp_path: Path) -> None:
    store = open_store(Settings.model_construct(landing=str(tmp_path)))
    declared = {
        "name": "club",
        "sources": {"members": source({"person": "text"}, "full")},
        "hubs": {"h_people": {"keys": "person", "from": "members"}},
        "status_tracking_satellites": {
            "st_people": {"parent": "h_people", "from": "members", "hold_if_closing_over": 0.5}
        },
    }
    with open_lake(declared) as vault:
        vault.add_batch("members", [{"person": "ann"}], load_ts=day(1))
        vault.load()
        vault.add_batch("members", [], load_ts=day(2), batch_id="m2")
        with pytest.raises(AuditsFailedError):
            vault.load()
        held = find_work(vault.lake, store, vault.warehouse)
        vault.release_held("m2", reason="the club is closed")
        approved = find_work(vault.lake, store, vault.warehouse)
        assert (held.items, approved.items) == (("m2",), ("m2:approved",))
        assert held.digest != approved.digest
        vault.load()
        assert find_work(vault.lake, store, vault.warehouse).items == ()
