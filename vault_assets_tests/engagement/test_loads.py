"""Loads replace their etl_date, and files that are wrong are told and lose nothing."""

import pytest

from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.releasing import release
from vault_assets_tests.engagement.conftest import EVENTS, PAYMENTS
from vault_assets_tests.engagement.streams import (
    DATE,
    Streams,
    event,
    payment,
    post,
    text,
)

LATER = "2022-03-02"
LOADED = ("events", "payments", "posts", "user_reports")


def built(streams: Streams) -> dict[str, list[str]]:
    """Run, and return the partitions that were built, where there were any."""
    return {name: found for name, found in streams.run().partitions().items() if found}


def reasons(streams: Streams, table: str) -> list[tuple[int, str]]:
    return streams.query(
        f"select row_no, reason from stage.{table}_quarantine order by row_no, reason"
    )


def users(streams: Streams, date: str = DATE) -> list[str]:
    found = streams.query(
        f"select user_id from mart.user_reports where etl_date = '{date}' order by user_id"
    )
    return [user for (user,) in found]


def test_a_second_run_builds_and_changes_nothing(example: Streams) -> None:
    tables = {name: example.query(f"from mart.{name} order by all") for name in LOADED}
    report = example.report()
    assert built(example) == {}
    assert example.built["user_reports"].exports == ()
    for name, rows in tables.items():
        assert example.query(f"from mart.{name} order by all") == rows
    assert example.report() == report


def test_a_load_replaces_its_etl_date_and_no_other(example: Streams) -> None:
    example.land(LATER, events=[event("u8", "2022-02-20 10:00:00")])
    assert built(example) == {"events": [LATER], "user_reports": [LATER]}
    report = example.report(LATER)
    example.land(events=[event("u9", "2022-02-20 10:00:00")])
    assert built(example) == {"events": [DATE], "user_reports": [DATE]}
    assert users(example) == ["u1", "u2", "u9"]
    assert example.query("select etl_date::text, user_id from mart.events order by 1") == [
        (DATE, "u9"),
        (LATER, "u8"),
    ]
    assert example.report(LATER) == report
    assert example.failed() == {}


def test_the_same_file_again_gives_the_same_report(example: Streams) -> None:
    report = example.report()
    example.land(events=[])
    example.run()
    example.land(events=EVENTS)
    assert built(example) == {"events": [DATE], "user_reports": [DATE]}
    assert example.report() == report


def test_an_empty_file_empties_its_etl_date(example: Streams) -> None:
    example.land(events=[], posts=[], payments=[])
    assert built(example) == {name: [DATE] for name in LOADED}
    assert users(example) == []
    assert example.report().count("\n") == 1
    assert example.failed() == {}


def test_a_file_without_any_readable_record_replaces_nothing(example: Streams) -> None:
    rows = text("payments", PAYMENTS).replace(",total,", ",grand_total,", 1)
    example.land(payments=rows)
    assert built(example) == {}
    assert reasons(example, "payments") == [(n, "missing_column:total") for n in range(2, 6)]
    assert users(example) == ["u1", "u2", "u3"]
    assert {"quarantined", "schema_drift"} <= set(example.failed())


def test_an_object_without_a_load_date_is_given_up_and_told(example: Streams) -> None:
    example.land("2022-13-01", events=EVENTS)
    assert built(example) == {}
    assert "readable" in example.failed()
    assert users(example) == ["u1", "u2", "u3"]


def test_lines_of_wrong_types_are_quarantined_and_the_others_load(streams: Streams) -> None:
    good = "2022-02-01 10:00:00"
    events = [event("u1", good), event("u2", "yesterday"), event("u3", good, "5.5")]
    events += [event("", good)]
    streams.land(
        events=events,
        payments=[payment("u1", good, "1"), payment("u1", good, "free", amount_due="1")],
        posts=[post("1", "u1", "TwitterPost", good), post("2", "u1", "X", good, active="perhaps")],
    )
    streams.run()
    assert reasons(streams, "events") == [
        (3, "cast:timestamp"),
        (4, "cast:hashtag_count"),
        (5, "not_null:user_id"),
    ]
    assert [row[1] for row in reasons(streams, "payments")] == ["cast:subtotal"]
    assert [row[1] for row in reasons(streams, "posts")] == ["cast:active"]
    assert streams.failed() == {"quarantined": 1}
    assert users(streams) == ["u1"]
    for table in ("events", "payments", "posts"):
        counters = "select rows_in = inserted + quarantined from registry.applied"
        assert streams.query(f"{counters} where table_name = 'stage.{table}'") == [(True,)]


def test_an_unknown_post_type_counts_in_the_total_and_is_told(streams: Streams) -> None:
    time = "2022-02-01 10:00:00"
    streams.land(posts=[post("1", "u1", "ThreadsPost", time), post("2", "u1", "TikTokPost", time)])
    streams.run()
    assert streams.report().splitlines()[1] == "u1,,,2,,0,0,0,0,0,0,1,,"
    platforms = streams.query(f"from mart.posts_per_user_platform('{DATE}') order by all")
    assert platforms == [("u1", "Threads", 1, 0.5), ("u1", "TikTok", 1, 0.5)]
    assert streams.failed() == {"accepted_values": 1}


def test_an_unknown_event_is_told_and_counts_nowhere(streams: Streams) -> None:
    row = {**event("u1", "2022-02-01 10:00:00"), "event": "clicked"}
    streams.land(events=[row])
    assert streams.run().report().splitlines()[1] == "u1,,,,,,,,,,,,0,0"
    assert set(streams.failed()) == {"accepted_values"}


def test_a_post_id_that_comes_twice_is_told(streams: Streams) -> None:
    rows = [post("1", user, "TikTokPost", "2022-02-01 10:00:00") for user in ("u1", "u2")]
    streams.land(posts=rows)
    streams.run()
    assert set(streams.failed()) == {"unique_values"}
    assert users(streams) == ["u1", "u2"]


def test_invoices_that_come_twice_are_all_summed(streams: Streams) -> None:
    rows = [payment("u1", f"2022-02-0{n} 10:00:00", "1.10") for n in range(1, 7)]
    streams.land(payments=rows)
    streams.run()
    assert streams.report().splitlines()[1].startswith("u1,6.60,usd,")
    assert streams.failed() == {}


def test_a_user_with_two_currencies_is_told(streams: Streams) -> None:
    time = "2022-02-01 10:00:00"
    rows = [payment("u1", time, "1"), payment("u1", time, "2", currency="eur")]
    streams.land(payments=[*rows, payment("u2", time, "3", currency="eur")])
    streams.run()
    assert [line[:11] for line in streams.report().splitlines()[1:]] == [
        "u1,3.00,eur",
        "u2,3.00,eur",
    ]
    assert streams.failed() == {"one_currency": 1}


def test_ids_beyond_floats_stay_as_they_are(streams: Streams) -> None:
    user = "-319166095449930469"
    streams.land(events=[event(user, "2022-02-01 10:00:00")])
    streams.run()
    assert users(streams) == [user]


def test_times_are_not_shifted(streams: Streams) -> None:
    streams.land(events=[event("u1", "2022-02-01 00:00:00"), event("u2", "2022-02-01 23:59:59")])
    streams.run()
    found = streams.query("select timestamp::text, event_date::text from mart.events order by 1")
    assert found == [
        ("2022-02-01 00:00:00", "2022-02-01"),
        ("2022-02-01 23:59:59", "2022-02-01"),
    ]


def test_a_wrong_report_fails_its_checks(example: Streams) -> None:
    """Every check finds what it is there for."""
    session = example.lake.session()
    wrong = {
        "every_user": "delete from mart.user_reports where user_id = 'u3'",
        "sums": "update mart.user_reports set total_revenue = 3.03 where user_id = 'u1'",
        "types_add_up": "update mart.user_reports set total_tiktok_post = 5 where user_id = 'u2'",
        "one_bucket": "update mart.posts set user_bucket = 45 where user_id = 'u2'",
        "event_date_not_after_posting": "update mart.posts set event_date = '2022-12-01'",
    }
    marts = example.warehouse.marts
    audits = [*declared_audits(marts["posts"]), *declared_audits(marts["user_reports"])]
    queries = {audit.name: audit.sql for audit in audits}
    for name, change in wrong.items():
        sql = queries[name]
        session.connection.execute("begin")
        session.connection.execute(change)
        assert session.connection.execute(sql).fetchall(), name
        session.connection.execute("rollback")
        assert not session.connection.execute(sql).fetchall(), name


@pytest.mark.parametrize("stream", ["events", "payments", "posts"])
def test_a_view_that_forgets_its_window_fails_its_check(example: Streams, stream: str) -> None:
    session = example.lake.session()
    audits = declared_audits(example.warehouse.marts["user_reports"])
    (sql,) = [audit.sql for audit in audits if audit.name == "inside_window"]
    assert not session.connection.execute(sql).fetchall()
    outside = f"update mart.{stream} set event_date = '2021-12-01' where user_id = 'u1'"
    session.connection.execute(outside)
    # A row before the window is no fault, as long as the view leaves it out.
    assert not session.connection.execute(sql).fetchall()
    session.connection.execute(
        f"create or replace macro mart.recent_{stream}(etl_date, window_days := 90) as table "
        f"select * from mart.{stream}"
    )
    found = session.connection.execute(sql).fetchall()
    assert found
    assert {row[0] for row in found} == {stream}


def test_a_corrected_row_joins_its_load(streams: Streams) -> None:
    good = "2022-02-01 10:00:00"
    streams.land(events=[event("u1", good), event("u2", "yesterday")])
    streams.run()
    assert users(streams) == ["u1"]
    ((batch,),) = streams.query("select batch_id from registry.batches")
    fixed = {"row_no": 3, **event("u2", good)}
    release(streams.lake, streams.warehouse, batch, [fixed], run_id="test")
    streams.run()
    assert users(streams) == ["u1", "u2"]


def test_a_large_revenue_is_reported_and_passes_its_checks(streams: Streams) -> None:
    streams.land(payments=[payment("u1", "2022-02-01 10:00:00", "99999999999999999999.5")])
    streams.run()
    assert streams.report().splitlines()[1].startswith("u1,99999999999999999999.50,usd,")
    assert streams.failed() == {}
