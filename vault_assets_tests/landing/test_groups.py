"""Groups: which objects are one batch, and when all of them are there."""

import datetime as dt

import pytest
from pydantic import ValidationError

from vault_assets.landing.groups import grouped
from vault_assets.landing.objects import Object
from vault_assets.model.sources import Group

COUNTED = Group.model_validate(
    {
        "by": r"u/users_(?P<day>[\d-]+)_part(?P<part>\d+)of(?P<n>\d+)\.csv",
        "complete": {"count_group": "n"},
    }
)
MARKED = Group.model_validate(
    {"by": r"u/(?P<day>[^/]+)/(?P<part>[^/]+)\.csv", "complete": {"marker": "_SUCCESS"}}
)


def item(key: str, minute: int = 0, etag: str = "e") -> Object:
    return Object(key, etag, 10, dt.datetime(2024, 6, 1, 12, minute, tzinfo=dt.UTC))


def part(number: int, of: int = 3, day: str = "2024-06-01", **more: object) -> Object:
    return item(f"u/users_{day}_part{number}of{of}.csv", **more)  # pyright: ignore[reportArgumentType]


def test_a_group_is_complete_when_all_its_parts_are_there() -> None:
    found = grouped([part(2), part(10, 2), part(1), part(9, 2)], COUNTED)
    (group,) = found.complete
    assert group.whole.key == "u/users_2024-06-01_part*of2.csv"
    assert group.whole.size == 20
    assert [member.key[-9:] for member in group.parts] == ["t9of2.csv", "10of2.csv"]
    assert found.waiting == ("u/users_2024-06-01_part*of3.csv: 2 of 3 parts are there",)


def test_days_are_different_groups() -> None:
    days = ("2024-06-01", "2024-06-02")
    found = grouped([part(n, 2, day) for day in days for n in (1, 2)], COUNTED)
    assert len(found.complete) == 2


def test_a_part_of_other_content_makes_another_version() -> None:
    first, second = (
        grouped([part(1, 2), part(2, 2, etag=etag)], COUNTED).complete[0].whole for etag in "ab"
    )
    assert first.key == second.key
    assert first.etag != second.etag


def test_a_marker_completes_what_is_not_newer_than_itself() -> None:
    parts = [item("u/1/a.csv", 1), item("u/1/b.csv", 2), item("u/2/a.csv", 1), item("u/3/a.csv", 5)]
    markers = {"u/1": item("u/1/_SUCCESS", 3), "u/3": item("u/3/_SUCCESS", 3)}
    found = grouped([*parts, markers["u/1"]], MARKED, markers)
    (group,) = found.complete
    assert (group.whole.key, group.whole.modified.minute) == ("u/1/*.csv", 3)
    assert found.waiting == (
        "u/2/*.csv: its marker is not there",
        "u/3/*.csv: u/3/a.csv is newer than the marker",
    )


def test_an_object_of_another_name_waits_and_is_told() -> None:
    found = grouped([item("u/users.csv")], COUNTED)
    assert found.waiting == ("u/users.csv: its key does not match `by`",)


@pytest.mark.parametrize(
    ("by", "complete", "told"),
    [
        ("(?P<part>x", {"marker": "m"}, "no regular expression"),
        ("x", {"marker": "m"}, "no group"),
        ("(?P<part>x)", {"count_group": "n"}, "no group"),
        ("(?P<part>x)", {}, "either"),
        ("(?P<part>x)", {"marker": "m", "count_group": "part"}, "either"),
        ("(?P<part>x)", {"marker": "a/m"}, "without a slash"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(by: str, complete: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Group.model_validate({"by": by, "complete": complete})
