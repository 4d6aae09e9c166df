"""PITs, bridges and views against plain Python, over random batches and snapshots."""

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets import hashing
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.query_towns import NONE, built, query_town, snap
from vault_assets_tests.loading.test_pattern_properties import EXAMPLES, ROWS, landings

Row = dict[str, Any]
SOURCES = ("changes", "phones", "moves")
TABLES = ("h_people", "h_teams", "l_moves", "e_moves", "s_changes", "s_phones")
KEYS = {"s_changes": "hk_people", "s_phones": "hk_people", "e_moves": "lk_moves"}
PIT = {"hub": "h_people", "satellites": ["s_changes", "s_phones"], "snapshots": "control"}
LINK_PIT = {"link": "l_moves", "satellites": ["e_moves"], "snapshots": "control"}
PITS = {"p_people": PIT, "p_all": {**PIT, "include_all": True}, "p_moves": LINK_PIT}
END = dt.datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001  the end of time
CHECKED = ("p_people", "p_all", "p_moves", "b_moves")


def rows(house: House, table: str) -> list[Row]:
    """Return the rows of a vault table without ghosts."""
    session = house.lake.session()
    return [row for row in session.rows(f"from vault.{table}") if row["batch_id"] != "ghost"]


def valid(history: list[Row], key: str, value: uuid.UUID, time: dt.datetime) -> Row | None:
    """Return the row of a key that is the last one at a time."""
    known = [row for row in history if row[key] == value and row["load_ts"] <= time]
    return max(known, key=lambda row: (row["load_ts"], row["load_seq"]), default=None)


def expected_pit(house: House, name: str, times: list[dt.datetime]) -> list[tuple[Any, ...]]:
    pit = house.warehouse.pits[name]
    parent = house.warehouse.parent(pit.parent)
    assert parent is not None
    key = parent.hash_key
    histories = [rows(house, satellite) for satellite in pit.satellites]
    found = []
    for time in times:
        for row in rows(house, pit.parent):
            if row["load_ts"] <= time or pit.include_all:
                line = [time, row[key]]
                for history in histories:
                    last = valid(history, key, row[key], time)
                    line += (
                        [last[key], last["load_ts"], last["load_seq"]]
                        if last
                        else [hashing.UNKNOWN, NONE, 0]
                    )
                found.append(tuple(line))
    return found


def expected_bridge(house: House, times: list[dt.datetime]) -> list[tuple[Any, ...]]:
    found = []
    for time in times:
        for link in rows(house, "l_moves"):
            last = valid(rows(house, "e_moves"), "lk_moves", link["lk_moves"], time)
            if link["load_ts"] <= time and last and last["is_active"]:
                found.append((time, link["hk_teams"], link["lk_moves"], link["hk_people"]))
    return found


def holds(house: House, times: list[dt.datetime]) -> None:
    """Build everything and compare it with what it should be."""
    for name in CHECKED:
        done = built(house, name)
        assert done.waiting == ()
        assert all(verdict.passed for verdict in done.verdicts), done.verdicts
        wanted = (
            expected_bridge(house, times) if name == "b_moves" else expected_pit(house, name, times)
        )
        assert sorted(house.query(f"from vault.{name}")) == sorted(wanted), name


def views_hold(house: House) -> None:
    for table, key in KEYS.items():
        history = rows(house, table)
        states = {(row[key], row["load_ts"], row["load_seq"]) for row in history}
        for row in house.lake.session().rows(f"from vault.{table}_history"):
            after = [time for of, time, _ in states if of == row[key] and time > row["load_ts"]]
            same = [seq for of, time, seq in states if (of, time) == (row[key], row["load_ts"])]
            is_last = row["load_seq"] == max(same)
            assert row["load_end_ts"] == (min(after, default=END) if is_last else row["load_ts"])
        last = [max(found for found in states if found[0] == row[key]) for row in history]
        current = [
            tuple(row.values())
            for row, state in zip(history, last, strict=True)
            if (row[key], row["load_ts"], row["load_seq"]) == state
        ]
        found = house.query(f"from vault.{table}_current")
        assert sorted(found, key=repr) == sorted(current, key=repr)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_query_tables_hold_what_plain_python_finds(data: st.DataObject) -> None:
    """Batches arrive in any order, snapshots come in between; then a batch is read anew."""
    with memory_lake() as lake:
        house = House(lake, query_town("repair", tables=TABLES, sources=SOURCES, pits=PITS))
        house.load()
        landed = data.draw(landings(SOURCES), label="landed")
        announced = [house.announce(source, *found) for source, found in landed]
        ends = st.integers(0, 2 * len(announced) + 1).map(lambda half: half / 2)
        first = snap(house, *data.draw(st.lists(ends, max_size=3, unique=True), label="first"))
        for batch_id in data.draw(st.permutations(announced), label="staged"):
            house.stage(batch_id)
            if data.draw(st.booleans(), label="load"):
                house.load()
                for name in CHECKED:
                    built(house, name)
        house.load()
        holds(house, list(first.active))
        active = snap(house, *data.draw(st.lists(ends, max_size=2, unique=True), label="more"))
        again = data.draw(st.sampled_from(announced), label="replayed")
        source = house.batches[again].source
        house.restage(again, *data.draw(st.lists(ROWS[source], max_size=4), label="anew"))
        house.reload(again)
        house.load()
        holds(house, list(active.active))
        views_hold(house)
