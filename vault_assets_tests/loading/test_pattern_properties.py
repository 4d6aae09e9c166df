"""Every pattern against plain Python, over random batches in random order.

Whatever arrives when, contents are those of the reference, which sees all batches at once.
"""

import datetime as dt
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets.loading.replaying import rebuild_vault
from vault_assets_tests.loading.comparing import (
    contents,
    counts_what_it_should,
    holds_what_it_should,
)
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import town

EXAMPLES = int(os.environ.get("VAULT_ASSETS_TEST_EXAMPLES", "4"))
PATTERNS = {
    # Pattern: sources, the last one the most important; tables, parents first.
    "hub": (("people", "acts", "changes"), ("h_people",)),
    "link": (("people", "teams"), ("h_people", "h_teams", "l_leads")),
    "satellite of a snapshot": (("people",), ("h_people", "s_people")),
    "satellite of changes": (("changes",), ("h_people", "s_changes")),
    "satellite of a link": (
        ("people", "teams", "deeds"),
        ("h_people", "h_teams", "l_deeds", "s_deeds"),
    ),
    "sets": (("phones",), ("h_people", "s_phones")),
    "events": (("acts",), ("h_people", "s_acts")),
    "effectivity of a snapshot": (
        ("people", "teams"),
        ("h_people", "h_teams", "l_leads", "e_leads"),
    ),
    "effectivity of changes": (("people", "moves"), ("h_people", "h_teams", "l_moves", "e_moves")),
}

people = st.sampled_from(["ann", "Ann", "", "a|b", "'--", None])
texts = st.one_of(
    st.sampled_from([None, "", "x", "X", " x", "x\n", "~N", "^^", "a||b", "\\", "é", "e\u0301"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3),
)  # fmt: skip
few = st.sampled_from([None, "x", "y"])
teams = st.sampled_from([1, 2, None])
dates = st.sampled_from([None, dt.datetime(2020, 1, 1), dt.datetime(2021, 2, 3, 4, 5, 6, 7)])  # noqa: DTZ001
ROWS = {
    "people": st.tuples(people, texts, few),
    "changes": st.tuples(people, few, few),
    "phones": st.tuples(people, few, few),
    "acts": st.tuples(people, texts, st.sampled_from([1, 2, None])),
    "teams": st.tuples(teams, people, dates),
    "moves": st.tuples(teams, people, dates),
    "deeds": st.tuples(teams, people, few),
}


def landings(sources: Sequence[str]) -> st.SearchStrategy[list[Any]]:
    """Return lists of (source, rows): what lands, one batch after the other."""
    often = [*sources, *[sources[-1]] * len(sources)]
    batch = st.sampled_from(often).flatmap(
        lambda source: st.tuples(st.just(source), st.lists(ROWS[source], max_size=5))
    )
    return st.lists(batch, min_size=1, max_size=5)


patterns = pytest.mark.parametrize(("sources", "tables"), PATTERNS.values(), ids=PATTERNS.keys())
examples = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@patterns
@examples
@given(data=st.data())
def test_batches_in_order_give_the_reference(
    sources: tuple[str, ...], tables: tuple[str, ...], data: st.DataObject
) -> None:
    """One by one or several at once; then a replay and a rebuild change nothing."""
    with memory_lake() as lake:
        house = House(lake, town(tables=tables, sources=sources))
        house.load()
        for source, rows in data.draw(landings(sources), label="landed"):
            house.land(source, *rows)
            for name in data.draw(st.sampled_from([(), tables, tables[-1:]]), label="load"):
                house.load(name)
        house.load(*tables)
        holds_what_it_should(house, tables)
        counts_what_it_should(house, tables)
        before = contents(house, tables)
        again = data.draw(st.sampled_from(sorted(house.batches)), label="replayed")
        house.restage(again, *house.batches[again].rows)
        house.reload(again)
        assert contents(house, tables) == before
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert contents(house, tables) == before


@patterns
@examples
@given(data=st.data())
def test_batches_in_any_order_give_the_reference(
    sources: tuple[str, ...], tables: tuple[str, ...], data: st.DataObject
) -> None:
    """Late batches are repaired, waiting orphans enter; then a batch is read anew otherwise."""
    with memory_lake() as lake:
        house = House(lake, town("repair", tables=tables, sources=sources))
        house.load()
        landed = data.draw(landings(sources), label="landed")
        announced = [house.announce(source, *rows) for source, rows in landed]
        for batch_id in data.draw(st.permutations(announced), label="staged"):
            house.stage(batch_id)
            for name in data.draw(st.sampled_from([(), tables, tables[-1:]]), label="load"):
                house.load(name)
        house.load(*tables)
        holds_what_it_should(house, tables)
        again = data.draw(st.sampled_from(announced), label="replayed")
        source = house.batches[again].source
        house.restage(again, *data.draw(st.lists(ROWS[source], max_size=5), label="anew"))
        house.reload(again)
        holds_what_it_should(house, tables)
