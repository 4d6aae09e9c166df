"""Every page over loaded lakes, without a browser: numbers, filters, the URL."""

import duckdb
import pytest

from vault_assets_tests.dashboard.shop_window import (
    NEEDS_DAGSTER,
    PAGES,
    cards,
    page,
    titles,
)
from vault_assets_tests.places import Place
from vault_assets_tests.shipped import SHIPPED

ALL = [f"{name}.{function}" for name in SHIPPED for function in PAGES[name]]
SHOWN = [name for name in ALL if name not in NEEDS_DAGSTER]


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.usefixtures("shown")
def test_a_page_shows_numbers_and_panels(name: str) -> None:
    app = page(name)
    assert not app.exception
    assert not app.error
    assert app.metric
    assert all(metric.value for metric in app.metric)
    panels = [item.value for item in app.markdown if ":small[" in item.value]
    assert panels
    assert len(app.get("download_button")) >= len(panels) - 1  # one panel has numbers only


def test_conversion_is_the_mart(shown: Place) -> None:
    app = page("social.conversion")
    rows = shown.rows("select count(*), sum(cnt_added_users) from mart.group_conversion")
    ((groups, added),) = rows
    assert cards(app)["Groups compared"] == f"{groups:,}"
    assert cards(app)["Added members"] == f"{added:,}"


def test_listens_are_those_of_the_days_chosen(shown: Place) -> None:
    ((day, plays, users),) = shown.rows(
        "select max(play_start_date), count(*), count(distinct user_id) from mart.mart_song_play "
        "where play_start_date = (select max(play_start_date) from mart.mart_song_play)",
        "audio",
    )
    found = cards(page("audio.listening", days=[str(day), str(day)]))
    assert (found["Listens"], found["Unique users"]) == (f"{plays:,}", f"{users:,}")


def test_a_user_of_two_days_counts_once(shown: Place) -> None:
    users = shown.value("select count(distinct user_id) from mart.mart_song_play", "audio")
    assert cards(page("audio.listening"))["Unique users"] == f"{users:,}"


def test_the_ten_songs_of_one_day_are_those_of_the_mart(shown: Place) -> None:
    day = shown.value("select max(play_date) from mart.mart_song_play_top_10_songs", "audio")
    wanted = shown.rows(
        "select rank, song_name, song_artist, uniq_users, listens "
        f"from mart.mart_song_play_top_10_songs where play_date = '{day}' order by rank",
        "audio",
    )
    table = page("audio.listening", days=[str(day), str(day)]).dataframe[0].value
    columns = ["rank", "song", "artist", "users", "listens"]
    assert list(table[columns].itertuples(index=False, name=None)) == wanted
    assert sum(table["share"].tolist()) == pytest.approx(1)


@pytest.mark.usefixtures("shown")
def test_a_filter_and_its_url_show_the_same() -> None:
    app = page("social.activity")
    everything = cards(app)["Groups"]
    name = app.dataframe[0].value.group_name.iloc[0]
    app.text_input(key="search").set_value(name.upper()).run()
    assert cards(app)["Groups"] != everything
    again = page("social.activity", search=name)
    assert cards(again)["Groups"] == cards(app)["Groups"]


@pytest.mark.usefixtures("shown")
def test_a_filter_without_rows_says_so() -> None:
    app = page("social.activity", search="no group has this name")
    assert not app.exception
    assert cards(app)["Groups"] == "0"
    assert any("No rows for these filters" in item.value for item in app.caption)


@pytest.mark.parametrize("url", [{"days": "yesterday"}, {"days": ["1999-01-01", "1999-01-02"]}])
@pytest.mark.usefixtures("shown")
def test_a_wrong_url_shows_all_days(url: dict[str, str]) -> None:
    assert cards(page("audio.listening", **url)) == cards(page("audio.listening"))


def test_a_shorter_window_has_less_revenue(shown: Place) -> None:
    wide = page("engagement.revenue")
    narrow = page("engagement.revenue", window="20")
    rows = "select sum(total) from mart.recent_payments(date '2022-03-01', window_days := {})"
    for app, days in ((wide, 90), (narrow, 20)):
        total = shown.value(rows.format(days), "engagement")
        assert cards(app)["Revenue USD"].replace(",", "") in (f"{total:.2f}", f"{total:.0f}")


@pytest.mark.usefixtures("shown")
def test_a_text_of_the_data_is_no_markup() -> None:
    from vault_assets.dashboard.numbers import markdown

    assert markdown("*a* [b](c) $d$ :red[e]") == r"\*a\* \[b\]\(c\) \$d\$ \:red\[e\]"


def test_a_page_leaves_the_lake_to_others(shown: Place) -> None:
    page("social.conversion")
    with shown.lake() as lake:  # a writer: a second reader would not be refused
        assert lake.connection().execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("name", sorted(NEEDS_DAGSTER & set(ALL)))
@pytest.mark.usefixtures("shown")
def test_a_mart_that_is_not_built_is_explained(name: str) -> None:
    app = page(name)
    assert not app.exception
    assert any("not loaded yet" in title for title in titles(app))


class TestClickstream:
    """The filters of the sidebar."""

    def test_the_last_day_is_included_wholly(self, shown: Place) -> None:
        day = shown.value(
            "select cast(max(date_part) as date) from mart.events_distribution_hourly",
            "clickstream",
        )
        events = shown.value(
            "select sum(cnt) from mart.events_distribution_hourly "
            f"where cast(date_part as date) = '{day}'",
            "clickstream",
        )
        found = cards(page("clickstream.visits", days=[str(day), str(day)]))
        assert found["Events"] == f"{events:,}"

    def test_browsers_narrow_the_events(self, shown: Place) -> None:
        browser, events = shown.rows(
            "select browser_name, sum(cnt) from mart.events_distribution_hourly "
            "group by 1 order by 2 desc limit 1",
            "clickstream",
        )[0]
        found = cards(page("clickstream.visits", browser=browser))
        assert found["Events"] == f"{events:,}"

    @pytest.mark.usefixtures("shown")
    def test_there_are_five_tabs(self) -> None:
        tabs = [tab.label for tab in page("clickstream.visits").tabs]
        assert tabs == ["Events", "Products", "Conversions", "Campaigns", "Users"]


class TestCommerce:
    """Sums that must not count twice."""

    def test_sales_are_those_of_the_days_chosen(self, shown: Place) -> None:
        ((first, last),) = shown.rows(
            "select max(date_key) - 40, max(date_key) from mart.fct_daily_sales", "commerce"
        )
        orders = shown.value(
            f"select sum(orders_count) from mart.fct_daily_sales where date_key >= '{first}'",
            "commerce",
        )
        found = cards(page("commerce.sales", days=[str(first), str(last)]))
        assert found["Orders"] == f"{orders:,}"

    @pytest.mark.usefixtures("shown")
    def test_reorder_shows_what_to_order(self) -> None:
        table = page("commerce.products", reorder="true").dataframe[0].value
        assert table.reorder.all()


@pytest.mark.usefixtures("shown")
def test_no_page_can_write() -> None:
    from vault_assets.dashboard.lakes import reading

    with (
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
        reading("social") as lake,
    ):
        lake.connection.execute("create table mart.x as select 1 as a")
