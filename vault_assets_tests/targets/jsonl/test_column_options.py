"""Options of columns do the same to CSV and to JSON lines: epoch, strip, repair_encoding."""

import csv
import io
import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets_tests.api.vaults import people, reasons, staged
from vault_assets_tests.targets.jsonl.reading import Seen, columns, read

BOTH = pytest.mark.parametrize("as_csv", [False, True], ids=["jsonl", "csv"])


def read_texts(texts: list[str], declared: dict[str, object], *, as_csv: bool) -> Seen:
    """Read a file of one column `x` that holds these texts."""
    if as_csv:
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerows([["x"], *([value] for value in texts)])
        data = text.getvalue()
    else:
        data = "\n".join(json.dumps({"x": value}) for value in texts)
    return read(data.encode(), columns(x=declared), csv=as_csv)


def values(texts: list[str], declared: dict[str, object], *, as_csv: bool) -> list[object]:
    seen = read_texts(texts, declared, as_csv=as_csv)
    assert not seen.quarantined
    return [value for (value,) in seen.values]


@BOTH
@pytest.mark.parametrize(
    ("unit", "text", "moment"),
    [
        ("ms", "1703438319902", "2023-12-24 17:18:39.902"),
        ("ms", "1540919166796.0", "2018-10-30 17:06:06.796"),
        ("ms", "-1", "1969-12-31 23:59:59.999"),
        ("ms", "253402300799999", "9999-12-31 23:59:59.999"),
        ("ms", "-62135596800000", "0001-01-01 00:00:00"),
        ("s", "1703438319", "2023-12-24 17:18:39"),
        ("s", "253402300799", "9999-12-31 23:59:59"),
        ("us", "1703438319902001", "2023-12-24 17:18:39.902001"),
        ("us", "253402300799999999", "9999-12-31 23:59:59.999999"),
    ],
)
def test_numbers_since_1970_are_timestamps(unit, text, moment, as_csv):
    declared = {"type": "timestamp", "epoch": unit}
    assert values([text], declared, as_csv=as_csv) == [datetime.fromisoformat(moment)]


@BOTH
@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("ms", "253402300800000"),
        ("ms", "-62135596800001"),
        ("s", "253402300800"),
        ("us", "253402300800000000"),
        ("s", "9223372036854775807"),
        ("ms", "9223372036854775808"),
        ("ms", "1540919166796.5"),
        ("ms", "2024-01-01 00:00:00"),
        ("s", "x"),
    ],
)
def test_other_numbers_are_no_timestamps(unit, text, as_csv):
    seen = read_texts([text], {"type": "timestamp", "epoch": unit}, as_csv=as_csv)
    assert [reason for _, reason in seen.reasons] == ["cast:x"]


def test_numbers_since_1970_need_no_quotes_and_may_have_a_zone():
    declared = columns(
        ts={"type": "timestamp", "epoch": "ms"}, tz={"type": "timestamptz", "epoch": "s"}
    )
    seen = read(b'{"ts":1540919166796.0,"tz":0}\n{"ts":1540919166796.5}\n{"ts":null}\n', declared)
    ((first, instant), nothing) = seen.values
    assert first == datetime.fromisoformat("2018-10-30 17:06:06.796")
    assert instant.timestamp() == 0
    assert nothing == (None, None)
    assert seen.reasons == [(2, "cast:ts")]


def encoded(text: str, times: int) -> str:
    for _ in range(times):
        text = text.encode().decode("latin-1")
    return text


def repaired(text: str) -> str:
    """Return what Python makes of a text: at most two rounds."""
    for _ in range(2):
        try:
            text = text.encode("latin-1").decode()
        except UnicodeError:
            return text
    return text


WORDS = ["ö", "Björk", "Beyoncé feat. Jay-Z", "Sigur Rós", "日本", "Привет", "😀", "€", "a\nb ö"]
GOOD = [
    *("Ã", "naïve", "Björk", "Привет", "日本", "😀", "plain", "ÃÃ", "à la carte", "Â", "Ã¶ж"),
    *("é\x80", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf0\x80\x80\x80", "ÿ"),
]


@BOTH
def test_text_that_was_encoded_twice_or_three_times_is_repaired(as_csv):
    declared = {"type": "text", "repair_encoding": True}
    for times in (1, 2):
        texts = [encoded(word, times) for word in WORDS]
        assert values(texts, declared, as_csv=as_csv) == WORDS
    assert values(["\xc3\x83\xc2\xb6"], declared, as_csv=as_csv) == ["ö"]


@BOTH
def test_good_text_stays(as_csv):
    declared = {"type": "text", "repair_encoding": True}
    assert values(GOOD, declared, as_csv=as_csv) == GOOD


ANY_TEXT = st.text(
    st.characters(max_codepoint=255) | st.characters(exclude_categories=["Cs"]), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(encoded, ANY_TEXT, st.integers(0, 3))
        | st.text(st.sampled_from("aÂÃâð\x80\x83¶¿\xa0"), max_size=5)
    )
)
def test_repairs_are_those_of_python(texts):
    declared = {"type": "text", "repair_encoding": True}
    assert values(texts, declared, as_csv=False) == [repaired(text) for text in texts]


def test_the_length_is_that_of_the_repaired_text():
    declared = {"type": "text(2)", "repair_encoding": True}
    assert values([encoded("ö", 2)], declared, as_csv=False) == ["ö"]


@BOTH
def test_wrapping_signs_are_taken_off_once(as_csv):
    texts = ['"Mozilla/5.0 (X11)"', "bare", '"', '"open', 'end"', '""x""', 'a"b', ' "x" ']
    expected = ["Mozilla/5.0 (X11)", "bare", '"', '"open', 'end"', '"x"', 'a"b', ' "x" ']
    assert values(texts, {"type": "text", "strip": '"'}, as_csv=as_csv) == expected
    assert values(["'x'"], {"type": "text", "strip": "'"}, as_csv=as_csv) == ["x"]


@BOTH
@pytest.mark.parametrize("empty", [True, False, None])
def test_nothing_between_wrapping_signs_is_empty_text(as_csv, empty):
    declared = {"type": "text", "strip": '"', "empty_as_null": empty}
    is_null = as_csv if empty is None else empty
    assert values(['""'], declared, as_csv=as_csv) == [None if is_null else ""]


def test_a_required_text_of_wrapping_signs_only_is_quarantined():
    declared = {"type": "text", "strip": '"', "empty_as_null": True, "nullable": False}
    assert read_texts(['""'], declared, as_csv=False).reasons == [(1, "not_null:x")]


def test_rows_in_memory_take_the_same_options():
    declared = {
        "person": {"type": "text", "strip": '"', "repair_encoding": True},
        "at": {"type": "timestamp", "epoch": "ms"},
    }
    moment = datetime.fromisoformat("2018-10-30 17:06:06.796")
    with people(declared) as vault:
        vault.add_batch(
            "people",
            [
                {"person": '"Bj\xc3\xb6rk"', "at": 1540919166796},
                {"person": "x", "at": 2**62},
            ],
        )
        assert staged(vault, ["person", "at"]) == [(1, "Björk", moment)]
        assert reasons(vault) == [(2, "cast:at")]
