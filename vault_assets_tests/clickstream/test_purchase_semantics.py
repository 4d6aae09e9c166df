"""Purchases of random walks are those of a reference that follows the rule word by word."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault_assets_tests.clickstream.events import DAY, Row, Visitor, event, everywhere, id_of
from vault_assets_tests.clickstream.whole import whole

PATHS = ["/home", "/product_a", "/product_b", "/product_flower_pot", "/cart", "/confirmation"]
steps = st.tuples(
    st.sampled_from(["s", "t"]),
    st.sampled_from([f"{hour}:{minute}:00" for hour in ("08", "09") for minute in ("00", "20")]),
    st.sampled_from([*PATHS, "/confirmation", "/productx"]),
)


def walk(found: list[tuple[str, str, str]]) -> list[Row]:
    """Return events with ids of their own."""
    return [
        event(Visitor(name, source=name), time, path, name=f"event {number}")
        for number, (name, time, path) in enumerate(found)
    ]


def seen(rows: list[Row], since: str | None, until: str) -> list[str]:
    """Return the paths seen from one time on and before another."""
    return [
        row["page_url_path"]
        for row in rows
        if (since is None or since <= row["event_timestamp"]) and row["event_timestamp"] < until
    ]


def bought(rows: list[Row]) -> list[tuple[str, list[str]]]:
    """Return the confirmations of a session: time, and the pages on the way to it."""
    confirmed = sorted(
        (row["event_timestamp"], id_of_row(row))
        for row in rows
        if row["page_url_path"] == "/confirmation"
    )
    found, before = [], None
    for time, _ in confirmed:
        found.append((time, seen(rows, before, time)))
        before = time
    return found


def id_of_row(row: Row) -> str:
    return row["event_id"]


def products(paths: list[str]) -> list[str]:
    return [path.split("_", 1)[1] for path in paths if path[:9] == "/product_"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=14))
def test_purchases_are_those_of_the_reference(found: list[tuple[str, str, str]]) -> None:
    rows = walk(found)
    tables = whole({f"{DAY} 08": everywhere(*rows)})
    expected: list[tuple[Any, ...]] = []
    pages: Counter[str] = Counter()
    added, paid = Counter[str](), Counter[str]()
    for name in ("s", "t"):
        own = [row for row in rows if row["click_id"] == str(id_of(name))]
        added.update(products([row["page_url_path"] for row in own]))
        for time, way in bought(own):
            expected.append((id_of(name), time, len(products(way))))
            paid.update(products(way))
            if products(way):
                pages.update({path for path in way if path != "/confirmation"})
    told = [(name, str(time), count) for name, time, count in tables["stage.purchases"]]
    assert sorted(told) == sorted(expected)
    assert tables["mart.products_paid"] == sorted((name, added[name], paid[name]) for name in added)
    assert dict(tables["mart.pages_before_purchase"]) == pages
