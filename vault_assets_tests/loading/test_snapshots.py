"""Snapshot control: which snapshots there are, and which rules keep them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets.errors import DeclarationError
from vault_assets.loading.snapshots import SnapshotsAdded, add_snapshots
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.query_towns import query_town

MID_JUNE = dt.date(2024, 6, 15)
MIDNIGHT = dt.time.min


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def days(first: str, last: str) -> list[dt.datetime]:
    start, end = day(first), day(last)
    return [start + dt.timedelta(days=number) for number in range((end - start).days + 1)]


class Control:
    """A snapshot control in memory."""

    def __init__(self, house: House) -> None:
        self.house = house

    def add(self, **options: Any) -> SnapshotsAdded:
        options.setdefault("reference", MID_JUNE)
        return add_snapshots(self.house.lake, self.house.warehouse, "control", **options)

    def rules(self) -> dict[dt.datetime, str]:
        rows = self.house.query(
            "select snapshot_ts, matched_rule from vault.control where is_active order by 1"
        )
        return dict(rows)


@pytest.fixture
def control(request: pytest.FixtureRequest) -> Iterator[Control]:
    with memory_lake() as lake:
        yield Control(House(lake, query_town(snapshots={"control": request.param})))


def declared(**parts: Any) -> Any:
    return pytest.mark.parametrize("control", [parts], indirect=True)


@declared(keep={"daily": 7, "monthly": 3})
def test_days_and_months_are_counted_back(control: Control) -> None:
    found = control.add(times=days("2024-01-01", "2024-06-15"))
    assert len(found.added) == 167
    assert control.rules() == {
        day("2024-04-01"): "monthly",
        day("2024-05-01"): "monthly",
        day("2024-06-01"): "monthly",
        **dict.fromkeys(days("2024-06-09", "2024-06-15"), "daily"),
    }


@declared(keep={"monthly": 2})
def test_the_first_existing_snapshot_stands_for_its_period(control: Control) -> None:
    """1 and 2 May are missing: 3 May is kept, not none."""
    control.add(times=[*days("2024-05-03", "2024-05-05"), *days("2024-06-02", "2024-06-15")])
    assert control.rules() == {
        day("2024-05-03"): "monthly", day("2024-06-02"): "monthly", day("2024-06-15"): "latest",
    }  # fmt: skip


@declared(keep={"weekly": 2, "yearly": "forever"})
def test_weeks_begin_on_monday_and_years_are_kept_forever(control: Control) -> None:
    control.add(times=[*days("2022-12-30", "2023-01-03"), *days("2024-06-01", "2024-06-15")])
    assert control.rules() == {
        day("2022-12-30"): "yearly",
        day("2023-01-01"): "yearly",
        day("2024-06-01"): "yearly",
        day("2024-06-03"): "weekly",
        day("2024-06-10"): "weekly",
        day("2024-06-15"): "latest",
    }


@declared(keep={"daily": 1, "monthly": 1, "yearly": 1})
def test_every_rule_that_matches_is_named(control: Control) -> None:
    control.add(times=[day("2024-06-15")])
    assert control.rules() == {day("2024-06-15"): "daily, monthly, yearly"}


@declared(keep={"daily": 2})
def test_another_reference_date_judges_anew(control: Control) -> None:
    control.add(times=days("2024-06-01", "2024-06-15"))
    control.add(reference=dt.date(2024, 6, 5))
    assert list(control.rules()) == [day("2024-06-04"), day("2024-06-05"), day("2024-06-15")]


@declared()
def test_without_rules_all_are_active(control: Control) -> None:
    found = control.add(times=days("2024-06-01", "2024-06-03"))
    assert found.active == tuple(days("2024-06-01", "2024-06-03"))
    assert set(control.rules().values()) == {"all"}


@declared(every="day", offset_hours=6, start="2024-06-13")
def test_declared_periods_are_added_up_to_a_time(control: Control) -> None:
    first = control.add(until=day("2024-06-14 05:59"))
    assert first.added == (day("2024-06-13 06:00"),)
    second = control.add(until=day("2024-06-15 06:00"))
    assert second.added == (day("2024-06-14 06:00"), day("2024-06-15 06:00"))
    assert control.add(until=day("2024-06-15 07:00")).added == ()


@declared(every="week", times=["2024-01-02 12:00:00+02:00", "2030-01-01"])
def test_periods_begin_with_the_first_batch_and_times_are_added(control: Control) -> None:
    assert control.add(until=day("2024-01-20")).added == (day("2024-01-02 10:00"),)
    control.house.land("people", ("ann", "A", None))
    assert control.add(until=day("2024-01-20")).added == (day("2024-01-08"), day("2024-01-15"))


@declared(keep={"daily": 3})
def test_nothing_new_writes_nothing(control: Control) -> None:
    control.add(times=days("2024-06-10", "2024-06-15"))
    again = control.add(times=days("2024-06-10", "2024-06-15"))
    assert again.added == ()
    assert len(again.statements) == 1
    assert all(verdict.passed for verdict in again.verdicts)


@declared()
def test_an_unknown_control_is_refused_with_the_nearest_name(control: Control) -> None:
    with pytest.raises(DeclarationError, match="'control'"):
        add_snapshots(control.house.lake, control.house.warehouse, "controll", reference=MID_JUNE)


def period(unit: str, time: dt.datetime) -> int:
    """Return the number of the day, week, month or year of a time."""
    date = time.date()
    return {
        "daily": date.toordinal(),
        "weekly": (date.toordinal() - 1) // 7,
        "monthly": date.year * 12 + date.month,
        "yearly": date.year,
    }[unit]


def kept(
    times: Sequence[dt.datetime], keep: dict[str, int | str], reference: dt.date
) -> set[dt.datetime]:
    found = {max(times)} if times else set()
    for rule, count in keep.items():
        last = period(rule, dt.datetime.combine(reference, MIDNIGHT))
        first: dict[int, dt.datetime] = {}
        for time in sorted(times):
            first.setdefault(period(rule, time), time)
        for number, time in first.items():
            if number <= last and (count == "forever" or number > last - int(count)):
                found.add(time)
    return found if keep else set(times)


@settings(max_examples=30, deadline=None)
@given(
    times=st.lists(
        st.datetimes(dt.datetime(2022, 11, 1), dt.datetime(2024, 3, 1)),  # noqa: DTZ001
        max_size=25,
        unique=True,
    ),
    keep=st.dictionaries(
        st.sampled_from(["daily", "weekly", "monthly", "yearly"]),
        st.one_of(st.integers(1, 40), st.just("forever")),
    ),
    reference=st.dates(dt.date(2023, 6, 1), dt.date(2024, 3, 1)),
)
def test_rules_keep_what_plain_python_keeps(
    times: list[dt.datetime], keep: dict[str, int | str], reference: dt.date
) -> None:
    with memory_lake() as lake:
        control = Control(House(lake, query_town(snapshots={"control": {"keep": keep}})))
        found = control.add(times=times, reference=reference)
        assert set(found.active) == kept(times, keep, reference)
        assert all(verdict.passed for verdict in found.verdicts)
