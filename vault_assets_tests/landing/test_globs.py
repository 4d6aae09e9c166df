import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_assets.landing.globs import compiled, folder, is_literal

USERS = "social/users/load_date=*/users.csv"


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        (USERS, "social/users/load_date=2024-01-01/users.csv", True),
        (USERS, "social/users/load_date=/users.csv", True),
        (USERS, "social/users/load_date=2024/01/users.csv", False),
        (USERS, "social/users/load_date=2024/users.csv.gz", False),
        (USERS, "x/social/users/load_date=2024/users.csv", False),
        ("*.csv", "a.csv", True),
        ("*.csv", "a/b.csv", False),
        ("a.csv", "abcsv", False),
        ("a?.csv", "ab.csv", True),
        ("a?.csv", "a/.csv", False),
        ("logs/**", "logs/a/b/c.csv", True),
        ("logs/**", "logs/c.csv", True),
        ("logs/**", "logs2/c.csv", False),
        ("logs/**/*.csv", "logs/c.csv", True),
        ("logs/**/*.csv", "logs/a/b/c.csv", True),
        ("logs/**/*.csv", "logsc.csv", False),
        ("**/c.csv", "c.csv", True),
        ("**/c.csv", "xc.csv", False),
        ("logs/day**.csv", "logs/day1/part.csv", True),
        ("a[1]/(b)+.csv", "a[1]/(b)+.csv", True),
        ("a[1].csv", "a1.csv", False),
        ("a/*", "a/line\nbreak", True),
    ],
)
def test_wildcards_stay_within_a_segment_unless_doubled(
    pattern: str, key: str, expected: bool
) -> None:
    assert bool(compiled(pattern).fullmatch(key)) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (USERS, "social/users"),
        ("social/us*/a.csv", "social"),
        ("**/a.csv", ""),
        ("*.csv", ""),
        ("a/b/c.csv", "a/b"),
    ],
)
def test_only_the_folder_before_the_first_wildcard_is_listed(pattern: str, expected: str) -> None:
    assert folder(pattern) == expected


@given(st.text(st.characters(exclude_characters="*?"), min_size=1))
def test_a_pattern_without_wildcards_matches_itself_only(key: str) -> None:
    assert is_literal(key)
    assert compiled(key).fullmatch(key)
    assert not compiled(key).fullmatch(key + "x")


@given(st.lists(st.text("ab*?/", min_size=1)).map("/".join), st.text("ab/"))
def test_every_match_lies_in_the_listed_folder(pattern: str, key: str) -> None:
    place = folder(pattern)
    if compiled(pattern).fullmatch(key):
        assert not place or key.startswith(place + "/")
