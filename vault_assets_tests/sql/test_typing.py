"""A declared type takes the texts of its grammar and no others."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest

from vault_assets.model.types import parse_type
from vault_assets.sql.typing import overlong, typed


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        yield connection


moment = datetime.fromisoformat


def values(con, declared, texts, **options):
    con.register("texts", pa.table({"x": pa.array(texts, pa.string())}))
    query = f"select {typed('x', parse_type(declared), **options)} from texts"
    return [value for (value,) in con.execute(query).fetchall()]


ACCEPTED = {
    "integer": {
        "0": 0, "-0": 0, "+7": 7, "007": 7, " 27.0 ": 27, "123.000": 123, "\t5": 5,
        "9223372036854775807": 2**63 - 1, "-9223372036854775808.0": -(2**63),
    },
    "decimal(4,2)": {
        "12.50": Decimal("12.50"), "12.5": Decimal("12.50"), "+1": Decimal("1.00"),
        "99.990000": Decimal("99.99"), " -.5 ": Decimal("-0.50"), "5.": Decimal("5.00"),
        "0000000.01": Decimal("0.01"),
    },
    "float": {"1": 1.0, "-1.5e3": -1500.0, ".5": 0.5, " 2.50 ": 2.5, "1E-2": 0.01},
    "boolean": {
        "0": False, "1": True, "t": True, "F": False, "TRUE": True, "False": False, " true ": True,
    },
    "date": {"2024-02-29": date(2024, 2, 29), " 0001-01-01 ": date(1, 1, 1)},
    "timestamp": {
        "2024-01-02 03:04:05": moment("2024-01-02 03:04:05"),
        "2024-01-02T03:04:05.6": moment("2024-01-02 03:04:05.600000"),
        "2024-01-02 03:04:05.600000": moment("2024-01-02 03:04:05.600000"),
        "2024-01-02 03:04:05.000000": moment("2024-01-02 03:04:05"),
        "2024-01-02 03:04:05.120": moment("2024-01-02 03:04:05.120000"),
        "2024-01-02 03:04:05.123456000": moment("2024-01-02 03:04:05.123456"),
        "2024-01-02 03:04:05Z": moment("2024-01-02 03:04:05"),
        "2024-01-02T03:04:05.5+03:00": moment("2024-01-02 00:04:05.500000"),
        "2024-01-02 03:04:05-0330": moment("2024-01-02 06:34:05"),
        " 2024-01-02 03:04:05+03 ": moment("2024-01-02 00:04:05"),
        "2024-01-02": moment("2024-01-02 00:00:00"),
        " 2024-02-29 ": moment("2024-02-29 00:00:00"),
    },
    "uuid": {
        "A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11": UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    },
    "text": {" a ": " a ", "": "", "NULL": "NULL"},
}  # fmt: skip

REFUSED = {
    "integer": ["", " ", "1.5", "27.", ".0", "1e3", "0x10", "1_000", "0b1", "--1", "1 2", "nan",
                "9223372036854775808", "1,0", "true"],
    "decimal(4,2)": ["", ".", "100", "1.005", "99.995", "1e1", "1_0", "nan", "1.2.3"],
    "float": ["", "nan", "-inf", "Infinity", "1e400", "1_000", "0x1p3", "+-1", "1e", "1,5", "1f"],
    "boolean": ["", "yes", "no", "on", "2", "-1", "tr"],
    "date": ["", "2024-02-30", "2024-1-1", "2024/01/01", "0000-01-01", "12024-01-01", "infinity",
             "epoch", "today", "2024-01-01 00:00:00", "0044-03-15 (BC)"],
    "timestamp": ["", "2024-02-30", "2024-01-02Z", "2024-01-02 03:04", "2024-01-02 24:00:00",
                  "2024-01-02 03:04:60", "2024-02-30 00:00:00", "2024-01-02 03:04:05.1234567",
                  "2024-01-02 03:04:05.", "2024-01-02 03:04:05 UTC", "2024-01-02 03:04:05+99",
                  "2024-01-02 03:04:05+3", "infinity", "epoch", "now", "0001-01-01 00:00:00+01",
                  "0000-01-01 00:00:00", "9999-12-31 23:59:59-01", "2024-1-2 03:04:05"],
    "uuid": ["", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
             "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1"],
}  # fmt: skip


@pytest.mark.parametrize("declared", ACCEPTED)
def test_texts_of_the_grammar_have_their_value(con, declared):
    expected = ACCEPTED[declared]
    assert values(con, declared, list(expected)) == list(expected.values())


@pytest.mark.parametrize("declared", REFUSED)
def test_other_texts_have_no_value(con, declared):
    texts = REFUSED[declared]
    found = values(con, declared, texts)
    assert dict(zip(texts, found, strict=True)) == dict.fromkeys(texts)


@pytest.mark.parametrize("declared", [*ACCEPTED, "timestamptz", "text(3)"])
def test_null_has_no_value(con, declared):
    assert values(con, declared, [None]) == [None]


def test_timestamptz_is_the_same_moment(con):
    instant = datetime(2024, 1, 2, 0, 4, 5, tzinfo=UTC)
    for zone in ("UTC", "Asia/Tokyo"):
        con.execute(f"set timezone = '{zone}'")
        assert values(con, "timestamptz", ["2024-01-02 03:04:05+03", "2024-01-02 00:04:05"]) == [
            instant,
            instant,
        ]
    con.execute("set timezone = 'UTC'")


def test_a_time_zone_holds_for_times_without_offset_only(con):
    texts = ["2024-07-01 02:30:00", "2024-07-01 02:30:00Z", "2024-03-31 02:30:00", "2024-07-01"]
    assert values(con, "timestamp", texts, time_zone="Europe/Berlin") == [
        moment("2024-07-01 00:30:00"),
        moment("2024-07-01 02:30:00"),
        None,
        moment("2024-06-30 22:00:00"),
    ]


def test_the_limit_of_a_text_is_in_bytes(con):
    condition = overlong("x", parse_type("text(4)"))
    query = f"select {condition} from (values ('abcd'), ('abcde'), ('жж'), ('жжж')) as t(x)"
    assert [value for (value,) in con.execute(query).fetchall()] == [False, True, False, True]
    assert overlong("x", parse_type("text")) is None


def _integer(text):
    match = re.fullmatch(r"[ \t]*([+-]?[0-9]+)(\.0+)?[ \t]*", text)
    return int(match[1]) if match else None


def _float(text):
    pattern = r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
    value = float(text) if re.fullmatch(pattern, text) else None
    return value if value is None or abs(value) != float("inf") else None


def _decimal(text):
    if not re.fullmatch(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[ \t]*", text):
        return None
    value = Decimal(text.strip(" \t"))
    exact = abs(value) < 100 and value == round(value, 2)
    return round(value, 2) if exact else None


def _boolean(text):
    word = text.strip(" \t").lower()
    return {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}.get(word)


REFERENCES = {
    "integer": ("0123+-.eE_xb \t\n", _integer),
    "float": ("012+-.eE_xnaif \t\n", _float),
    "decimal(4,2)": ("0123+-.eE_ \t", _decimal),
    "boolean": ("01tTrueFals \t", _boolean),
}


@pytest.mark.parametrize("declared", REFERENCES)
def test_random_texts_agree_with_a_plain_definition(con, declared):
    alphabet, reference = REFERENCES[declared]
    source = random.Random(7)
    texts = ["".join(source.choices(alphabet, k=source.randint(0, 8))) for _ in range(50_000)]
    found = values(con, declared, texts)
    wrong = {
        text: value for text, value in zip(texts, found, strict=True) if value != reference(text)
    }
    assert wrong == {}


CLOCKS = (
    ["", " "],
    ["2024", "0001", "9999", "12024", "2023"],
    ["-"],
    ["02", "12", "13", "1"],
    ["-"],
    ["01", "29", "31"],
    [" ", "T"],
    ["00", "23", "24", "9"],
    [":"],
    ["00", "59", "60"],
    [":"],
    ["00", "59", "60", "1"],
    ["", ".5", ".123456", ".1234560", ".1234567", ".000000", "."],
    ["", "Z", "+03", "-03:30", "+0330", "+16", " UTC", "+03:60"],
    ["", " "],
)


def _timestamp(text):
    local = r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?"
    zone = r"(Z|([+-])(0\d|1[0-5])(?::?([0-5]\d))?)?"
    match = re.fullmatch(local + zone, text.strip(" "), re.ASCII)
    if not match:
        return None
    day, clock, fraction, _, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        local = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '').ljust(6, '0')}")
        return local - offset if sign == "+" else local + offset
    except (ValueError, OverflowError):
        return None


def test_random_timestamps_agree_with_a_plain_definition(con):
    source = random.Random(7)
    texts = ["".join(source.choice(part) for part in CLOCKS) for _ in range(30_000)]
    found = values(con, "timestamp", texts)
    wrong = {
        text: value for text, value in zip(texts, found, strict=True) if value != _timestamp(text)
    }
    assert wrong == {}
