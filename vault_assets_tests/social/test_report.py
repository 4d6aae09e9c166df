"""The conversion report: what it says, and that its figure can be shown for any mart."""

import io
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from matplotlib.image import imread

from vault_assets.reporting.conversion import MOST_ADVERTISED, Report, answered, report

SCHEMA = {
    "group_id": pl.Int64,
    "group_name": pl.String,
    "registration_dt": pl.Datetime("us"),
    "cnt_added_users": pl.Int64,
    "cnt_users_in_group_with_messages": pl.Int64,
    "group_conversion": pl.Float64,
    "rank": pl.Int64,
}
REGISTERED = datetime.fromisoformat("2020-10-01")
Group = tuple[str | None, int, int]


def mart(*groups: Group) -> pl.DataFrame:
    """The mart of groups (name, added, writers); ids from 1, given in the order of their rank."""
    rows = [
        (place, name, REGISTERED, added, writers, writers / added if added else None, place)
        for place, (name, added, writers) in enumerate(groups, start=1)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def made(*groups: Group) -> Report:
    return report(mart(*groups), {"users": 90, "group_log": 1_000}, {"users": 10})


def pixels(png: bytes) -> np.ndarray:
    image = imread(io.BytesIO(png), format="png")
    return image[:, :, :3]


A_AND_B: Sequence[Group] = (("A", 50, 40), ("B", 100, 50))


def test_a_is_advertised_before_b() -> None:
    text = made(*A_AND_B).markdown
    sentence = text.splitlines()[2]
    assert sentence.startswith("Advertise **A** (80.0%);")
    assert "B" not in sentence
    assert text.index("| 1 | **A** | 1 | 2020-10-01 | 50 | 40 | 80.0% |") < text.index("| 2 | B |")


def test_the_ranking_does_not_depend_on_the_order_of_rows() -> None:
    shuffled = mart(*A_AND_B).reverse()
    assert report(shuffled, {}, {}) == report(mart(*A_AND_B), {}, {})


def test_quarantined_rows_stand_beside_the_answer() -> None:
    text = made(*A_AND_B).markdown
    assert "**10 of 1,100 rows are quarantined**" in text
    assert "| users | 90 | 10 |" in text
    assert "| group\\_log | 1,000 | 0 |" in text


def test_without_quarantine_the_report_says_so() -> None:
    assert "none is quarantined" in report(mart(*A_AND_B), {"users": 5}, {"users": 0}).markdown


def test_a_source_that_only_has_quarantined_rows_is_listed() -> None:
    assert "| dialogs | 0 | 7 |" in report(mart(), {}, {"dialogs": 7}).markdown


def test_without_any_counts_the_report_is_silent_about_rows() -> None:
    assert "Rows behind" not in report(mart(*A_AND_B), {}, {}).markdown


def test_no_more_groups_are_advertised_than_promised() -> None:
    many = [(f"g{index}", 100, 60) for index in range(10)]
    assert answered(mart(*many, ("poor", 100, 1)), {}, {}).advertised == (1, 2, 3)
    assert MOST_ADVERTISED == 3


def test_groups_below_the_overall_conversion_are_not_advertised() -> None:
    answer = answered(mart(("A", 10, 9), ("B", 10, 3), ("C", 10, 3)), {}, {})
    assert answer.advertised == (1,)
    assert answer.overall == 0.5


def test_a_single_group_is_advertised() -> None:
    assert "Advertise **only** (33.3%);" in made(("only", 3, 1)).markdown


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([], "No group is registered yet"),
        ([("A", 0, 0)], "No group has added users yet"),
        ([("A", 0, 5)], "No group has added users yet"),
        ([("A", 5, 0), ("B", 0, 0)], "Nobody wrote in any of these groups yet"),
    ],
)
def test_with_nothing_to_advertise_the_report_says_why(groups: list[Group], words: str) -> None:
    found = made(*groups)
    assert words in found.markdown
    assert "Advertise" not in found.markdown
    assert pixels(found.png).shape[1] == 1800


def test_a_conversion_above_one_is_explained() -> None:
    assert "300.0%" in made(("A", 1, 3)).markdown
    assert "Above 100%" in made(("A", 1, 3)).markdown
    assert "Above 100%" not in made(*A_AND_B).markdown


def test_names_cannot_break_the_table() -> None:
    text = made((" a|b\n*c* <script>$x$ ", 2, 1)).markdown
    row = next(line for line in text.splitlines() if line.startswith("| 1 |"))
    assert row.startswith(r"| 1 | **a\|b \*c\* \<script\>\$x\$** | 1 |")


def test_a_group_without_a_name_goes_by_its_id() -> None:
    assert "**group 1**" in made((None, 2, 1)).markdown
    assert "**group 1**" in made(("  ", 2, 1)).markdown


@pytest.mark.parametrize(
    "name", ["Ж" * 50, "w" * 100, "$" * 30, "漢字 😀", "price $5 and $6 \\frac"]
)
def test_any_name_fits_beside_the_bars(name: str) -> None:
    image = pixels(made((name, 10, 5), ("B", 0, 0)).png)
    assert (image[:, :20] == 1).all(), "the left margin stays white"
    assert (image < 0.5).any()


def test_the_figure_grows_with_the_groups_up_to_a_limit() -> None:
    heights = [
        pixels(made(*[(f"g{index}", 10, 5) for index in range(count)]).png).shape[0]
        for count in (1, 10, 25, 60)
    ]
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_the_same_mart_gives_the_same_picture() -> None:
    assert made(*A_AND_B).png == made(*A_AND_B).png
