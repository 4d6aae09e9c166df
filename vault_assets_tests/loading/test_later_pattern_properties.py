"""Later patterns against plain Python, over random batches in random order.

Whatever arrives when, contents are those of the reference, which sees all batches at once.
"""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_assets import hashing
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.loading.retention import compact_tracking
from vault_assets.model import parse_type
from vault_assets_tests.loading.comparing import (
    contents,
    counts_what_it_should,
    holds_what_it_should,
)
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.test_pattern_properties import examples
from vault_assets_tests.loading.warehouses import source, warehouse

few = st.sampled_from([None, "", "a", "b", "a|"])
rows = st.lists(st.tuples(few, few, st.sampled_from([None, "x", "y"])), max_size=4)
KINDS = {
    "record tracking": ("h_a", "rt"),
    "a code": ("ref_one",),
    "a code of two columns": ("ref_two",),
    "effectivity by appearance": ("h_a", "h_b", "l_ab", "e_ab"),
}


def later(names: Collection[str], delivery: str = "full", keep: str | None = None) -> Any:
    """Declare these tables on one source."""
    history = {"from": "facts", "late": "repair"}
    tables: dict[str, dict[str, Any]] = {
        "hubs": {"h_a": {"keys": "a", "from": "facts"}, "h_b": {"keys": "b", "from": "facts"}},
        "links": {"l_ab": {"hubs": {"hk_a": "h_a", "hk_b": "h_b"}, "from": "facts"}},
        "reference_tables": {
            "ref_one": {"code": "a", "payload": "c", **history},
            "ref_two": {"code": ["a", "b"], "payload": "c", **history},
        },
        "record_tracking_satellites": {"rt": {"parent": "h_a", "from": "facts", "keep": keep}},
        "effectivity_satellites": {"e_ab": {"link": "l_ab", **history}},
    }
    return warehouse(
        record_source="test",
        sources={"facts": source({"a": "text", "b": "text", "c": "text"}, delivery)},
        **{
            field: {name: table for name, table in part.items() if name in names}
            for field, part in tables.items()
        },
    )


kinds = pytest.mark.parametrize("tables", KINDS.values(), ids=KINDS.keys())


@kinds
@examples
@given(data=st.data())
def test_batches_in_any_order_give_the_reference(tables: tuple[str, ...], data: Any) -> None:
    deliveries = ["full"] if "e_ab" in tables else ["full", "delta"]
    with memory_lake() as lake:
        house = House(lake, later(tables, data.draw(st.sampled_from(deliveries))))
        house.load()
        landed = data.draw(st.lists(rows, min_size=1, max_size=4), label="landed")
        announced = [house.announce("facts", *batch) for batch in landed]
        order = data.draw(st.permutations(announced), label="staged")
        for batch_id in order:
            house.stage(batch_id)
            if data.draw(st.booleans(), label="load"):
                house.load()
        house.load()
        holds_what_it_should(house, tables)
        counts_what_it_should(house, tables if order == announced else ())
        again = data.draw(st.sampled_from(announced), label="replayed")
        house.restage(again, *data.draw(rows, label="anew"))
        house.reload(again)
        holds_what_it_should(house, tables)
        before = contents(house, tables)
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert contents(house, tables) == before


@examples
@given(data=st.data(), keep=st.sampled_from([None, "1 batch", "2 batches", "1 day"]))
def test_intervals_are_the_unbroken_runs_whatever_is_compacted(data: Any, keep: Any) -> None:
    keys = st.lists(st.sampled_from([None, "a", "b"]), max_size=3)
    with memory_lake() as lake:
        house = House(lake, later(("h_a", "rt"), "delta", keep))
        house.load()
        landed = data.draw(st.lists(keys, min_size=1, max_size=6), label="landed")
        announced = [
            house.announce("facts", *((key, None, None) for key in batch), at=number * 43200)
            for number, batch in enumerate(landed)
        ]
        staged: list[str] = []
        for batch_id in data.draw(st.permutations(announced), label="staged"):
            house.stage(batch_id)
            staged.append(batch_id)
            if data.draw(st.booleans(), label="load"):
                house.load()
                compact_tracking(lake, house.warehouse)
                assert intervals(house) == wanted(house, staged)
        house.load()
        compact_tracking(lake, house.warehouse)
        assert intervals(house) == wanted(house, staged)
        again = data.draw(st.sampled_from(announced), label="replayed")
        house.restage(again, *((key, None, None) for key in data.draw(keys, label="anew")))
        house.reload(again)
        compact_tracking(lake, house.warehouse)
        assert intervals(house) == wanted(house, staged)


def intervals(house: House) -> list[tuple[Any, ...]]:
    found = house.query(
        "select h.a, i.first_batch_id, i.last_batch_id, i.batches from vault.rt_intervals as i "
        "inner join vault.h_a as h using (hk_a)"
    )
    return sorted(found)


def wanted(house: House, staged: list[str]) -> list[tuple[Any, ...]]:
    """Return (key, first batch, last batch, batches) of every unbroken run."""
    batches = sorted((house.batches[name] for name in staged), key=lambda batch: batch.load_ts)
    found: list[tuple[Any, ...]] = []
    for key in ("a", "b"):
        run: list[str] = []
        for batch in [*batches, None]:
            if batch and key in {row[0] for row in batch.rows}:
                run.append(batch.batch_id)
            elif run:
                found.append((key, run[0], run[-1], len(run)))
                run = []
    return sorted(found)


ORPHANS = ["quarantine", "infer", "unknown", "pass"]


@pytest.mark.parametrize("orphans", ORPHANS)
@examples
@given(data=st.data(), nulls=st.sampled_from(["reject", "unknown", "allow"]))
def test_links_follow_their_policies(orphans: str, nulls: str, data: Any) -> None:
    """`unknown` is for good, so only there all batches are loaded at once."""
    declared = warehouse(
        sources={"facts": source({"a": "text", "b": "text"}), "bs": source({"b": "text"})},
        hubs={
            "h_a": {"keys": "a", "from": "facts"},
            "h_b": {"keys": "b", "null_key": "allow" if nulls == "allow" else "reject",
                    "from": "bs"},
        },
        links={
            "l_ab": {
                "hubs": {"hk_a": "h_a", "hk_b": "h_b"},
                "nulls": {"hk_b": nulls},
                "orphans": orphans,
                "from": "facts",
            }
        },
    )  # fmt: skip
    landed = data.draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("facts"), st.lists(st.tuples(few, few), max_size=3)),
                st.tuples(st.just("bs"), st.lists(st.tuples(few), max_size=2)),
            ),
            min_size=1,
            max_size=5,
        ),
        label="landed",
    )
    with memory_lake() as lake:
        house = House(lake, declared)
        house.load()
        announced = [house.announce(name, *batch) for name, batch in landed]
        for batch_id in data.draw(st.permutations(announced), label="staged"):
            house.stage(batch_id)
            if orphans != "unknown" and data.draw(st.booleans(), label="load"):
                house.load()
        house.load()
        found = house.query("select hk_a, hk_b from vault.l_ab where batch_id <> 'ghost'")
        assert set(found) == linked(landed, orphans, nulls)


def linked(landed: Any, orphans: str, nulls: str) -> set[tuple[Any, Any]]:
    known = {row[0] for name, batch in landed if name == "bs" for row in batch}
    known -= set() if nulls == "allow" else {None}
    found = set()
    for a, b in (row for name, batch in landed if name == "facts" for row in batch):
        if a is None or (b is None and nulls == "reject"):
            continue
        if b is None and nulls == "unknown":
            found.add((key(a), hashing.UNKNOWN))
        elif b in known or orphans in ("infer", "pass"):
            found.add((key(a), key(b)))
        elif orphans == "unknown":
            found.add((key(a), hashing.UNKNOWN))
    return found


def key(value: str | None) -> Any:
    return hashing.key_hash([value], [parse_type("text")])
