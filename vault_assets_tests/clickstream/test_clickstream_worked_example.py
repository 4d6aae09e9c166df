"""Sessions S and T of the worked example, cell by cell."""

import datetime as dt
from typing import Any

import pytest

from vault_assets_tests.clickstream.events import (
    DAY,
    SOURCES,
    Row,
    S,
    T,
    event,
    everywhere,
    example,
    id_of,
)
from vault_assets_tests.clickstream.whole import Contents, whole

EIGHT, NINE = (dt.datetime.fromisoformat(f"{DAY} {hour}:00") for hour in ("08", "09"))


def built(*events: Row, hour: str = f"{DAY} 08") -> Contents:
    return whole({hour: everywhere(*events)})


@pytest.fixture(scope="module")
def tables() -> Contents:
    return whole({hour: everywhere(*rows) for hour, rows in example().items()})


def at(clock: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{DAY} {clock}")


def purchases(tables: Contents) -> list[tuple[str, int]]:
    rows = sorted((time, count) for _, time, count in tables["stage.purchases"])
    return [(f"{time:%H:%M:%S}", count) for time, count in rows]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "mart.events_distribution_hourly",
            [
                ("add product", EIGHT, "Linux", "Computer", "Chrome", 1),
                ("add product", EIGHT, "iOS", "Mobile", "Chrome", 3),
                ("confirmation payment", EIGHT, "iOS", "Mobile", "Chrome", 2),
                ("confirmation payment", NINE, "iOS", "Mobile", "Chrome", 1),
                ("go home", EIGHT, "Linux", "Computer", "Chrome", 1),
            ],
        ),
        ("mart.purchased_products_count_hourly", [(EIGHT, 3), (NINE, 0)]),
        ("mart.top_performing_products", [("a", 2), ("b", 2)]),
        ("mart.click_conversion_rates_hourly", [("telegram", EIGHT, 3), ("telegram", NINE, 0)]),
        (
            "mart.campaign_purchase_analysis_hourly",
            [("campaign_1", "cpc", EIGHT, 3), ("campaign_1", "cpc", NINE, 0)],
        ),
        (
            "mart.users_segments_agg",
            [("Linux", "Computer", "bing", 1), ("iOS", "Mobile", "telegram", 1)],
        ),
        ("mart.users_purchases_segments_agg", [("Mobile", "telegram", "iOS", 3)]),
        (
            "mart.source_conversion_rate_hourly",
            [
                ("bing", EIGHT, 1, 0, 0.0),
                ("telegram", EIGHT, 1, 1, 1.0),
                ("telegram", NINE, 1, 0, 0.0),
            ],
        ),
        (
            "mart.funnel_by_segment",
            [
                ("Computer", "Linux", "bing", 1, 1, 0, 0, 0),
                ("Mobile", "iOS", "telegram", 0, 1, 0, 0, 1),
            ],
        ),
        (
            "mart.user_segment_share",
            [("Linux", "Computer", "bing", 1, 50.0), ("iOS", "Mobile", "telegram", 1, 50.0)],
        ),
        ("mart.pages_before_purchase", [("/product_a", 1), ("/product_b", 1)]),
        ("mart.products_paid", [("a", 2, 1), ("b", 2, 2)]),
        (
            "stage.purchases",
            [
                (id_of("S"), at("08:07"), 1),
                (id_of("S"), at("08:52"), 2),
                (id_of("S"), at("09:10"), 0),
            ],
        ),
        (
            "stage.conversion",
            [
                (id_of("S"), None, "search", "cpc", "telegram", None, "campaign_1"),
                (id_of("T"), None, "search", "organic", "bing", None, "campaign_2"),
            ],
        ),
        (
            "stage.devices",
            [
                (id_of("S"), "iOS", "Europe/Berlin", "Mobile", "u", id_of("domain of S")),
                (id_of("T"), "Linux", "Europe/Berlin", "Computer", "v", id_of("domain of T")),
            ],
        ),
        (
            "stage.session_info",
            [(id_of(name), "Chrome", "Mozilla/5.0", "sat_IN") for name in ("S", "T")],
        ),
    ],
)
def test_the_table_is_that_of_the_worked_example(
    tables: Contents, table: str, rows: list[tuple[Any, ...]]
) -> None:
    assert tables[table] == sorted(rows, key=repr)


def test_stages_have_a_row_per_event_or_per_session(tables: Contents) -> None:
    sizes = {name.partition(".")[2]: len(rows) for name, rows in tables.items() if "stage." in name}
    assert sizes == {
        "events": 8,
        "devices": 2,
        "geo": 2,
        "session_info": 2,
        "transitions": 8,
        "conversion": 2,
        "purchases": 3,
    }


def test_geo_has_the_address_and_all_columns(tables: Contents) -> None:
    place = ("50.82709", "6.9747", "DE", "Europe/Berlin", "Hürth", "1.2.3.4")
    assert [row[1:] for row in tables["stage.geo"]] == [place, place]


def test_a_first_confirmation_without_products_pays_for_none() -> None:
    found = built(event(S, "08:05:00", "/home"), event(S, "08:06:00", "/confirmation"))
    assert purchases(found) == [("08:06:00", 0)]
    assert found["mart.pages_before_purchase"] == []


def test_of_two_confirmations_at_one_instant_the_second_pays_for_none() -> None:
    rows = [event(S, "08:05:00", "/product_a"), event(S, "08:05:30", "/product_a")]
    first, second = sorted(("one", "two"), key=id_of)
    pays = [event(S, "08:06:00", "/confirmation", name) for name in (second, first)]
    found = built(*rows, *pays)
    assert purchases(found) == [("08:06:00", 0), ("08:06:00", 2)]
    assert found["mart.products_paid"] == [("a", 2, 2)]
    assert found["mart.pages_before_purchase"] == [("/product_a", 1)]


def test_a_product_seen_at_the_instant_of_a_confirmation_is_paid_by_the_next() -> None:
    found = built(
        event(S, "08:06:00", "/product_a"),
        event(S, "08:06:00", "/confirmation"),
        event(S, "08:07:00", "/confirmation"),
        event(S, "08:07:00", "/product_b"),
    )
    assert purchases(found) == [("08:06:00", 0), ("08:07:00", 1)]
    assert found["mart.products_paid"] == [("a", 1, 1), ("b", 1, 0)]


def test_the_underscore_of_a_product_is_one() -> None:
    """LIKE would take it for any character."""
    paths = ["/products", "/productivity", "/product-a", "/product", "/Product_a", None]
    clocks = [f"08:0{number}:00" for number in range(len(paths))]
    found = built(
        *(event(S, clock, path) for clock, path in zip(clocks, paths, strict=True)),
        event(S, "08:30:00", "/confirmation"),
    )
    assert found["mart.top_performing_products"] == []
    assert purchases(found) == [("08:30:00", 0)]
    labels = {row[0]: row[-1] for row in found["mart.events_distribution_hourly"]}
    assert labels == {"other": 6, "confirmation payment": 1}


def test_a_product_is_the_path_after_its_first_underscore() -> None:
    found = built(event(S, "08:00:00", "/product_flower_pot"), event(S, "08:01:00", "/product_"))
    assert found["mart.top_performing_products"] == [("", 1), ("flower_pot", 1)]


@pytest.mark.parametrize("reverse", [False, True])
def test_the_campaign_is_that_of_the_earliest_event_not_of_the_largest_id(reverse: bool) -> None:
    names = sorted(("one", "two", "three"), key=id_of, reverse=reverse)
    times = ("08:01:00", "08:00:00", "08:02:00")
    found = built(
        *(
            event(S, time, "/home", name, utm_source=f"at {time}")
            for time, name in zip(times, names, strict=True)
        )
    )
    assert [row[4] for row in found["stage.conversion"]] == ["at 08:00:00"]


def test_of_events_at_one_instant_the_smallest_id_tells_the_campaign() -> None:
    names = sorted(("one", "two", "three"), key=id_of)
    found = built(*(event(S, "08:00:00", "/home", name, utm_source=name) for name in names[::-1]))
    assert [row[4] for row in found["stage.conversion"]] == [names[0]]


def test_copies_multiply_nothing_and_of_different_ones_one_counts() -> None:
    rows = [
        event(S, "08:00:00", "/product_a", os_timezone="UTC", ip_address="9"),
        event(S, "08:01:00", "/product_a", os_timezone="Asia/Tokyo", ip_address="10"),
        event(S, "08:02:00", "/confirmation", os_timezone=None, ip_address=None),
    ]
    found = built(*rows)
    assert [row[2] for row in found["stage.devices"]] == ["Asia/Tokyo"]
    assert [row[6] for row in found["stage.geo"]] == ["10"]
    assert found["mart.users_purchases_segments_agg"] == [("Mobile", "telegram", "iOS", 2)]
    assert sum(row[-1] for row in found["mart.events_distribution_hourly"]) == 3


def test_of_copies_the_latest_hour_counts() -> None:
    hours = {
        f"{DAY} {hour}": everywhere(
            event(S, f"{hour}:00:00", "/home", os_timezone=zone, ip_address=zone)
        )
        for hour, zone in (("08", "A"), ("10", "Z"), ("09", "B"))
    }
    found = whole(hours)
    assert [row[2] for row in found["stage.devices"]] == ["Z"]
    assert [row[6] for row in found["stage.geo"]] == ["Z"]


def test_an_event_delivered_twice_counts_once_and_as_its_latest_hour_tells() -> None:
    rows = [event(S, "08:00:00", "/product_a", "e"), event(S, "08:00:00", "/product_a", "e")]
    later = [event(T, "08:00:00", "/home", "e")]
    assert len(built(*rows)["stage.transitions"]) == 1
    hours = {f"{DAY} 08": rows, f"{DAY} 09": later}
    found = whole({hour: everywhere(*told) for hour, told in hours.items()})
    assert [(row[1], row[4]) for row in found["stage.transitions"]] == [(id_of("T"), "/home")]
    assert len(found["raw.device_events"]) == 3


def test_hours_without_an_object_are_skipped() -> None:
    one = everywhere(event(S, "08:00:00", "/home"))
    found = whole({f"{DAY} 08": one, f"{DAY} 10": {"geo_events": one["geo_events"]}})
    told = {(f"{hour:%H}", source): status for hour, source, _, status in found["mart.load_hours"]}
    assert len(told) == 12
    assert {name for name, status in told.items() if status == "loaded"} == {
        *(("08", source) for source in SOURCES),
        ("10", "geo_events"),
    }


def test_ten_pages_are_told_and_a_tie_goes_by_path() -> None:
    paths = [f"/p{number:02}" for number in range(12)]
    rows = [event(S, f"08:{n:02}:00", path) for n, path in enumerate(reversed(paths))]
    rows += [event(S, "08:20:00", "/product_z"), event(S, "08:30:00", "/confirmation")]
    found = built(*rows)
    assert found["mart.pages_before_purchase"] == [(path, 1) for path in paths[:10]]
