"""Prejoins of files: what a batch waits for, what is given up, and what a replay finds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets.api import Vault, open_lake
from vault_assets.errors import BatchError, LateBatchError
from vault_assets.landing.store import Store, open_store
from vault_assets.loading.registering import register
from vault_assets.loading.replaying import replay_batch
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, rows
from vault_assets_tests.loading.test_pattern_properties import EXAMPLES

PREJOIN = {"source": "customers", "on": {"no": "id"}, "columns": {"customer_key": "key"}}


def declared(**prejoin: Any) -> dict[str, Any]:
    return {
        "name": "shop",
        "sources": {
            "orders": {
                "objects": "orders/*.csv",
                "columns": {"n": "integer", "no": "integer"},
                "prejoins": {"customer": {**PREJOIN, **prejoin}},
            },
            "customers": {
                "objects": "customers/*.csv",
                "columns": {"id": "integer", "key": "text"},
            },
        },
        "hubs": {"h_orders": {"keys": "n", "from": "orders"}},
        "satellites": {
            "s_orders": {"parent": "h_orders", "payload": "customer_key", "from": "orders"}
        },
    }


class Shop:
    """A vault whose files are registered and staged one by one."""

    def __init__(self, vault: Vault, folder: Path) -> None:
        self.vault = vault
        self.folder = folder
        self.lake = vault.lake

    @property
    def store(self) -> Store:
        return open_store(Settings.model_construct(landing=str(self.folder)))

    def write(self, key: str, content: str | bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def land(self, key: str, content: str | bytes) -> str:
        """Write an object and register it; return its batch."""
        self.write(key, content)
        source = key.partition("/")[0]
        (batch,) = register(self.lake, self.store, self.vault.warehouse, source).new
        return batch.batch_id

    def stage(self, source: str) -> Staged:
        return stage_batches(self.lake, self.store, self.vault.warehouse, source, run_id="test")

    def stale(self, staged: Staged) -> list[str]:
        (verdict,) = (v for v in staged.verdicts if v.audit.name == "prejoin_current")
        return [row["fix"] for row in verdict.sample]

    def found(self) -> list[tuple[Any, ...]]:
        return rows(self.vault, "stage.orders", "n customer_key")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_lake(declared()) as vault:
        yield Shop(vault, tmp_path)


def test_a_batch_waits_for_older_ones_of_the_stage_that_it_looks_up(shop: Shop) -> None:
    shop.land("orders/0.csv", "n,no\n1,\n")
    customers = shop.land("customers/1.csv", "id,key\n7,K\n")
    waiting = shop.land("orders/2.csv", "n,no\n2,7\n")
    with pytest.raises(BatchError) as caught:
        shop.stage("orders")
    assert f"1 of 2 batches failed; the first, {waiting}" in str(caught.value)
    assert isinstance(caught.value.__cause__, LateBatchError)
    assert customers in str(caught.value)
    assert "Load stage.customers first" in str(caught.value)
    assert shop.found() == [(1, None)]
    shop.stage("customers")
    shop.land("customers/3.csv", "id,key\n7,newer\n")
    assert shop.stage("orders").total("loaded") == 1
    assert shop.found() == [(1, None), (2, "K")]


def test_what_is_given_up_stands_in_nobodys_way_and_a_later_replay_is_told(shop: Shop) -> None:
    customers = shop.land("customers/1.csv", b"\x1f\x8bdamaged")
    orders = shop.land("orders/2.csv", "n,no\n1,7\n2,\n")
    shop.stage("customers")
    assert shop.stage("orders").total("quarantined") == 1
    other = shop.land("orders/3.csv", "n,no\n3,\n")
    shop.write("customers/1.csv", "id,key\n7,K\n")
    renewed = register(shop.lake, shop.store, shop.vault.warehouse, "customers").new
    assert [batch.batch_id for batch in renewed] != [customers]
    shop.stage("customers")
    assert shop.stale(shop.stage("orders")) == []  # a newer batch changes nothing of the past
    shop.vault.load()
    replay_batch(shop.lake, shop.store, shop.vault.warehouse, orders, run_id="again")
    assert shop.found() == [(2, None), (3, None)]
    assert other
    reason = shop.vault.quarantine("orders").column("reason").to_pylist()
    assert reason == ["prejoin:customer"]
    assert shop.vault.release(orders).staged.loaded == 1
    assert shop.found() == [(1, "K"), (2, None), (3, None)]


def test_a_replay_looks_up_at_the_load_time_of_its_batch(shop: Shop) -> None:
    customers = shop.land("customers/1.csv", "id,key\n7,K\n")
    orders = shop.land("orders/2.csv", "n,no\n1,7\n")
    shop.stage("customers")
    shop.stage("orders")
    shop.land("customers/3.csv", "id,key\n7,newer\n")
    shop.stage("customers")
    shop.vault.load()
    shop.vault.replay(customers, [{"id": 7, "key": "mended"}])
    fix = shop.stale(shop.stage("orders"))
    assert fix == [f"vault-assets replay {orders}"]
    replay_batch(shop.lake, shop.store, shop.vault.warehouse, orders, run_id="again")
    assert shop.found() == [(1, "mended")]
    assert shop.stale(shop.stage("orders")) == []
    assert rows(shop.vault, "s_orders", "customer_key") == [("mended",)]


def test_a_stage_without_batches_is_judged_before_the_other_stage_is_there(shop: Shop) -> None:
    assert shop.stale(shop.stage("orders")) == []


IDS = st.sampled_from([1, 2, None])
CUSTOMERS = st.tuples(
    st.just("customers"), st.lists(st.tuples(IDS, st.sampled_from(["a", "b", None])))
)
ORDERS = st.tuples(
    st.just("orders"), st.lists(st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 3, None])))
)
BATCHES = st.lists(CUSTOMERS | ORDERS, min_size=1, max_size=6)
NAMES = {"customers": ("id", "key"), "orders": ("n", "no")}


def expected(
    batches: list[tuple[str, list[Any]]], missing: str
) -> tuple[list[Any], list[tuple[int, int]]]:
    """Return the stage's rows (n, key) and the (day, row_no) of refused ones, in plain Python."""
    latest: dict[Any, Any] = {}
    kept, refused = [], []
    for number, (name, content) in enumerate(batches, start=1):
        for row_no, (first, second) in enumerate(content, start=1):
            if name == "customers":
                latest |= {first: second} if first is not None else {}
            elif second is not None and second not in latest and missing == "quarantine":
                refused.append((number, row_no))
            else:
                kept.append((first, latest.get(second)))
    return sorted(kept, key=repr), refused


@given(batches=BATCHES, missing=st.sampled_from(["quarantine", "null"]), data=st.data())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_batches_give_what_plain_python_gives(
    batches: list[tuple[str, list[Any]]], missing: str, data: st.DataObject
) -> None:
    with open_lake(declared(missing=missing)) as vault:
        for number, (name, content) in enumerate(batches, start=1):
            given_rows = [dict(zip(NAMES[name], row, strict=True)) for row in content]
            vault.add_batch(name, given_rows, load_ts=day(number), batch_id=f"b{number}")
        compare(vault, batches, missing)
        # A replay of any batch, then of what the check names, is as if it had always been so.
        place = data.draw(st.integers(0, len(batches) - 1))
        name = batches[place][0]
        batches[place] = data.draw(CUSTOMERS if name == "customers" else ORDERS)
        restage(vault, batches, place)
        for number in stale(vault):
            restage(vault, batches, number - 1)
        assert stale(vault) == []
        kept, _ = expected(batches, "null")
        # Rows that were refused before wait for their release.
        assert found(vault) == kept if missing == "null" else set(found(vault)) <= set(kept)


def restage(vault: Vault, batches: list[tuple[str, list[Any]]], place: int) -> None:
    name, content = batches[place]
    given_rows = [dict(zip(NAMES[name], row, strict=True)) for row in content]
    vault.replay(f"b{place + 1}", given_rows)


def stale(vault: Vault) -> list[int]:
    if "orders" not in {batch["source"] for batch in vault.batches()}:
        return []
    (verdict,) = (v for v in vault.check("stage.orders") if v.audit.name == "prejoin_current")
    return sorted({int(row["batch_id"][1:]) for row in verdict.sample})


def found(vault: Vault) -> list[tuple[Any, ...]]:
    if "orders" not in {batch["source"] for batch in vault.batches()}:
        return []
    return rows(vault, "stage.orders", "n customer_key")


def compare(vault: Vault, batches: list[tuple[str, list[Any]]], missing: str) -> None:
    kept, refused = expected(batches, missing)
    assert found(vault) == kept
    if any(name == "orders" for name, _ in batches):
        table = vault.quarantine("orders").select(["batch_id", "row_no"]).to_pylist()
        assert sorted((int(row["batch_id"][1:]), row["row_no"]) for row in table) == refused
    assert stale(vault) == []
