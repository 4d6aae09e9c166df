"""Hours that land again, change, are broken or missing."""

import datetime as dt
import gzip

import pytest

from vault_assets.loading.declared_audits import declared_audits
from vault_assets_tests.clickstream.events import (
    DAY,
    SOURCES,
    Row,
    S,
    T,
    event,
    everywhere,
    example,
    lines,
)
from vault_assets_tests.clickstream.shop import Shop, declared, key
from vault_assets_tests.clickstream.test_any_order_of_hours import check
from vault_assets_tests.targets.archives import archive, encrypted

EIGHT, NINE = f"{DAY} 08", f"{DAY} 09"


def content(source: str, rows: list[Row]) -> bytes:
    return lines(rows, list(declared().sources[source].columns))


def test_the_worked_example_is_loaded_and_all_checks_pass(built: Shop) -> None:
    check(built, {hour: everywhere(*rows) for hour, rows in example().items()})
    assert built.failed() == {}


def test_a_second_run_writes_nothing(built: Shop) -> None:
    marts = built.warehouse.marts.items()
    built.run()
    stored = [name for name, mart in marts if mart.partition or mart.incremental]
    assert len(stored) == 16
    assert {name: built.built[name].rows for name in stored} == dict.fromkeys(stored, 0)


def test_an_hour_that_lands_again_changes_nothing(built: Shop) -> None:
    before = built.contents()
    hours = example()
    # The same lines in another order are another object.
    built.land(EIGHT, [*reversed(hours[EIGHT])])
    built.run()
    assert built.contents() == before
    assert built.failed() == {}


def test_an_hour_is_replaced_as_a_whole(built: Shop) -> None:
    rows = [event(T, "08:30:00", "/home")]
    built.land(EIGHT, rows)
    built.run()
    check(built, {EIGHT: everywhere(*rows), NINE: everywhere(*example()[NINE])})
    hours = [
        str(value) for value in built.built["purchased_products_count_hourly"].partitions or ()
    ]
    assert hours == [f"{DAY} 08:00:00", f"{DAY} 09:00:00"]


def test_an_hour_replaced_by_an_empty_file_has_nothing_left(built: Shop) -> None:
    built.land(EIGHT, [])
    built.run()
    check(built, {EIGHT: everywhere(), NINE: everywhere(*example()[NINE])})
    assert built.query("select count(*) from stage.events") == [(1,)]


def test_a_plain_object_with_a_padded_key_is_the_same_hour(built: Shop) -> None:
    rows = [event(T, "08:30:00", "/home")]
    built.land(EIGHT, rows, plain=True)
    built.run()
    found = built.query("select load_hour::text, source_file from raw.browser_events order by 1")
    assert found == [
        (f"{DAY} 08:00:00", f"clickstream/year=2022/month=11/day=28/hour=08/{SOURCES[0]}.jsonl"),
        (
            f"{DAY} 09:00:00",
            f"clickstream/year=2022/month=11/day=28/hour=09/{SOURCES[0]}.jsonl.zip",
        ),
    ]


def test_a_gzipped_object_is_the_same_hour(built: Shop) -> None:
    for source in SOURCES:
        packed = gzip.compress(content(source, [event(T, "08:30:00", "/home")]))
        built.store.put(key(EIGHT, source).replace(".zip", ".gz"), packed)
    built.run()
    assert built.failed() == {}
    for source in SOURCES:
        files = f"select source_file from raw.{source} where load_hour = '{EIGHT}:00:00'"
        assert built.query(files) == [(key(EIGHT, source).replace(".zip", ".gz"),)]


def test_an_hour_without_objects_is_no_error_and_marked(built: Shop) -> None:
    built.land(f"{DAY} 11", [event(S, "11:00:00", "/home")])
    built.run()
    assert built.failed() == {}
    told = built.query("select source, rows from mart.load_hours where status = 'skipped'")
    assert sorted(told) == [(source, 0) for source in SOURCES]


def test_a_lake_without_any_object_has_every_table_empty(empty: Shop) -> None:
    empty.run()
    assert empty.failed() == {}
    assert {
        name: rows
        for name, rows in empty.contents().items()
        if rows and name != "mart.purchase_totals"
    } == {}


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (archive(b"{}")[:-9], "cut off or damaged"),
        (archive(), "0 members"),
        (archive(b"{}", b"{}"), "2 members"),
        (encrypted(b"{}"), "encrypted"),
    ],
)
def test_a_broken_archive_is_refused_and_its_hour_stays(
    built: Shop, packed: bytes, reason: str
) -> None:
    before = built.contents()
    built.put(EIGHT, "browser_events", packed)
    built.run()
    (told,) = built.staged["browser_events"].batches
    assert told.problem.startswith("rejected: ")
    assert reason in told.problem
    assert built.contents() == before
    assert set(built.failed()) == {"readable"}


def test_a_file_without_any_readable_line_replaces_nothing(built: Shop) -> None:
    before = built.contents()
    built.put(EIGHT, "location_events", archive(b'{"event_id": "7"}\n'))
    built.run()
    assert built.contents() == before
    assert built.failed() == {"quarantined": 1}


def test_columns_are_found_by_name_in_any_order_and_strange_lines_are_quarantined(
    empty: Shop,
) -> None:
    row = event(S, "08:00:00", "/home")
    for source in SOURCES:
        names = list(declared().sources[source].columns)
        empty.put(EIGHT, source, archive(lines([row], names[::-1]) + b'{"event_id": 7}\n[]\n'))
    empty.run()
    check_rows = empty.query("select count(*) from stage.transitions")
    assert check_rows == [(1,)]
    reasons = empty.query("select reason from batch.geo_events_quarantine order by 1")
    assert [reason for (reason,) in reasons] == ["not_null:click_id", "not_object"]
    ((address,),) = empty.query("select ip_address from raw.geo_events")
    assert address == "1.2.3.4"


def test_events_without_their_other_half_are_counted(empty: Shop) -> None:
    rows = [event(S, "08:00:00", "/home"), event(S, "08:01:00", "/cart")]
    empty.put(EIGHT, "browser_events", archive(content("browser_events", rows)))
    empty.put(EIGHT, "location_events", archive(content("location_events", rows[:1])))
    other = event(T, "08:01:00", "/cart", "other")
    empty.put(NINE, "location_events", archive(content("location_events", [other])))
    empty.run()
    assert empty.failed() == {
        "browser_events_have_a_location": 1,
        "locations_have_a_browser_event": 1,
    }
    empty.put(NINE, "browser_events", archive(content("browser_events", [rows[0] | other])))
    empty.put(f"{DAY} 10", "location_events", archive(content("location_events", rows[1:])))
    empty.run()
    assert empty.failed() == {}
    assert empty.query("select count(*) from stage.transitions") == [(3,)]


def test_copies_that_differ_are_told(empty: Shop) -> None:
    rows = [event(S, "08:00:00", "/home", os_timezone=zone, ip_address=zone) for zone in "AB"]
    rows[1] |= {"event_id": event(T, "08:00:00", "/x")["event_id"]}
    empty.land(EIGHT, rows)
    empty.run()
    assert empty.failed() == {"copies_agree": 1}
    assert empty.query("select os_timezone from stage.devices") == [("A",)]


def test_an_id_twice_in_a_file_is_told_and_counts_once(empty: Shop) -> None:
    empty.land(EIGHT, [event(S, "08:00:00", "/product_a")] * 2)
    empty.run()
    assert empty.failed() == {"unique_values": 1}
    assert empty.query("select * from mart.top_performing_products") == [("a", 1)]


def test_a_session_that_spans_hours_is_computed_over_its_whole_history(empty: Shop) -> None:
    views = [event(S, f"23:5{n}:00", "/product_a") for n in range(3)]
    empty.land(f"{DAY} 23", views)
    empty.run()
    midnight = event(S, "2022-11-29 00:10:00", "/confirmation")
    empty.land("2022-11-29 00", [midnight])
    empty.run()
    sold = empty.query("select * from mart.purchased_products_count_hourly")
    assert sold == [(dt.datetime(2022, 11, 29), 3)]  # noqa: DTZ001  the lake has no zones
    early = event(S, "23:51:30", "/confirmation")
    empty.land(f"{DAY} 23", [*views, early])
    empty.run()
    sold = empty.query("select cnt from mart.purchased_products_count_hourly order by date_part")
    assert sold == [(2,), (1,)]


def test_wrong_tables_fail_their_checks(built: Shop) -> None:
    """Every check finds what it is there for."""
    wrong = {
        ("transitions", "every_event_with_a_location"): "delete from stage.transitions "
        "where page_url_path = '/home'",
        ("purchases", "no_negative_count"): "update stage.purchases set product_count = -1",
        ("products_paid", "paid_was_added"): "update mart.products_paid set paid = 3",
        ("purchase_totals", "sums_agree"): "update mart.click_conversion_rates_hourly set sm = 7",
        (
            "events_distribution_hourly",
            "every_transition_with_a_device",
        ): "delete from mart.events_distribution_hourly where event = 'go home'",
    }
    connection = built.lake.session().connection
    connection.execute(
        "create or replace temp table changed_keys as select session_id from stage.events"
    )
    connection.execute(
        "create or replace temp table changed_partitions as select distinct "
        "date_trunc('hour', event_timestamp) as partition_value from stage.events"
    )
    for (mart, name), change in wrong.items():
        audits = {audit.name: audit for audit in declared_audits(declared().marts[mart])}
        connection.execute("begin")
        assert not connection.execute(audits[name].sql).fetchall(), name
        connection.execute(change)
        assert connection.execute(audits[name].sql).fetchall(), name
        connection.execute("rollback")
    for table in ("changed_keys", "changed_partitions"):
        connection.execute(f"drop table temp.{table}")
