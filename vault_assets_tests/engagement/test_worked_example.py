"""The worked example of the report, cell by cell."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from vault_assets_tests.engagement.streams import DATE, Streams, event, payment, post

HEADER = (
    "user_id,total_revenue,currency,total_posts,average_schedule_seconds,total_twitter_post,"
    "total_facebook_post,total_pinterest_post,total_instagram_post,total_instagram_story,"
    "total_linkedin_post,total_tiktok_post,suggested_hashtags_count,suggested_time_count"
)
LINES = [
    "u1,3.02,usd,2,60.0,0,1,0,1,0,0,0,8,0",
    "u2,,,2,17.5,0,0,0,0,1,0,1,,",
    "u3,,,,,,,,,,,,0,1",
]
NONE = (None,) * 10


def test_the_report_is_the_worked_example(example: Streams) -> None:
    assert example.report() == "\n".join([HEADER, *LINES]) + "\n"
    assert example.failed() == {}


def test_the_view_has_the_cells_and_types_of_the_report(example: Streams) -> None:
    rows = example.query(f"from mart.user_report('{DATE}') order by user_id")
    assert rows == [
        ("u1", Decimal("3.02"), "usd", 2, 60.0, 0, 1, 0, 1, 0, 0, 0, 8, 0),
        ("u2", None, None, 2, 17.5, 0, 0, 0, 0, 1, 0, 1, None, None),
        ("u3", None, None, *NONE[:9], 0, 1),
    ]
    stored = "select * exclude (etl_date) from mart.user_reports order by user_id"
    assert example.query(stored) == rows
    types = example.query("select distinct column_type from (describe mart.user_reports)")
    assert sorted(kind for (kind,) in types) == [
        "BIGINT",
        "DATE",
        "DECIMAL(22,2)",
        "DOUBLE",
        "VARCHAR",
    ]


def test_platforms_have_shares(example: Streams) -> None:
    assert example.query(f"from mart.posts_per_user_platform('{DATE}') order by all") == [
        ("u1", "Facebook", 1, 0.5),
        ("u1", "Instagram", 1, 0.5),
        ("u2", "InstagramStory", 1, 0.5),
        ("u2", "TikTok", 1, 0.5),
    ]


def test_the_first_day_of_the_window_is_90_days_before(example: Streams) -> None:
    first = f"select min(event_date) from mart.recent_payments('{DATE}')"
    assert str(example.query(first)[0][0]) == "2021-12-02"
    assert example.query("select count(*) from mart.payments") == [(4,)]
    wider = f"select count(*) from mart.recent_payments('{DATE}', window_days := 91)"
    assert example.query(wider) == [(4,)]
    narrow = f"select user_id from mart.user_report('{DATE}', window_days := 10) order by 1"
    assert example.query(narrow) == [("u3",)]


def test_the_earlier_of_both_times_dates_a_post(example: Streams) -> None:
    dates = example.query("select id, event_date::text from mart.posts order by id")
    assert dates == [
        ("1", "2022-01-10"),
        ("2", "2022-01-11"),
        ("3", "2021-12-01"),
        ("4", "2022-02-01"),
        ("5", "2022-02-02"),
    ]
    posts = f"select id from mart.recent_posts('{DATE}') order by id"
    assert example.query(posts) == [("1",), ("2",), ("4",), ("5",)]


def test_rows_after_the_load_are_in_the_window(streams: Streams) -> None:
    streams.land(events=[event("u1", "2022-03-05 00:00:00")])
    streams.run()
    assert streams.query(f"select count(*) from mart.recent_events('{DATE}')") == [(1,)]


@pytest.mark.parametrize(
    ("totals", "revenue"),
    [
        (["5.8100000000000005", "0.0"], "5.81"),
        (["-1.005", "0"], "-1.01"),
        (["12345678901234567890.125"], "12345678901234567890.13"),
        (["0.0"], "0.00"),
        ([""], ""),
    ],
)
def test_revenue_is_exact(streams: Streams, totals: list[str], revenue: str) -> None:
    rows = [payment("u1", "2022-02-01 00:00:00", total, amount_due="0") for total in totals]
    for number, row in enumerate(rows):
        row["id"] = f"in_{number}"
    streams.land(payments=rows)
    assert streams.run().report().splitlines()[1] == f"u1,{revenue},usd" + "," * 11


@pytest.mark.parametrize(
    ("delays", "mean"),
    [
        ([1, 2], "1.5"),
        ([0, 0, 1], "0.3333333333333333"),
        ([], ""),
        # The nearest double; divided by a million after the mean it is 102985.73333333332.
        ([102_985] * 4 + [102_986] * 11, "102985.73333333334"),
    ],
)
def test_the_mean_delay_is_the_shortest_decimal(
    streams: Streams, delays: list[int], mean: str
) -> None:
    scheduled = datetime.fromisoformat("2022-02-01 10:00:00")
    rows = [
        post(f"{n}", "u1", "TwitterPost", str(scheduled + timedelta(seconds=delay)), str(scheduled))
        for n, delay in enumerate(delays)
    ]
    rows.append(post("x", "u1", "TwitterPost", "2022-02-01 10:00:00"))
    streams.land(posts=rows)
    count = len(rows)
    line = f"u1,,,{count},{mean},{count},0,0,0,0,0,0,,"
    assert streams.run().report().splitlines()[1] == line
