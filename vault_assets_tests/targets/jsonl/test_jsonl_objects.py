"""What Python's json wrote is read back value by value, and numbers digit by digit."""

import decimal
import json
import math
import string
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets_tests.targets.jsonl.reading import columns, read

SETTINGS = settings(max_examples=60, deadline=None)
HOSTILE = st.text(st.sampled_from('n"\\/{}[]:,.0159eE-+ \n\t\x00жö😀'), max_size=12)
TEXT = HOSTILE | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DIGITS = st.text(string.digits, min_size=1, max_size=24)
NUMBER = st.builds(
    lambda sign, whole, rest, exponent: f"{sign}{int(whole)}{rest}{exponent}",
    st.sampled_from(["", "-"]),
    DIGITS,
    st.sampled_from(["", ".0", ".0000001", f".{'0' * 17}1"]) | DIGITS.map(".{}".format),
    st.sampled_from(["", "", "", "e5", "E-7", "e+400"]),
)


@dataclass(frozen=True)
class Verbatim:
    """A number as it is written."""

    text: str


def dumped(value):
    """Return JSON with numbers as written."""
    if isinstance(value, Verbatim):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{dumped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumped, value)) + "]"
    return json.dumps(value)


VERBATIM = NUMBER.map(Verbatim)
SCALAR = st.none() | st.booleans() | TEXT | VERBATIM
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def loaded(text):
    """Return a value with its numbers as written, its objects as lists of pairs."""
    return json.loads(
        text, parse_int=Verbatim, parse_float=Verbatim, object_pairs_hook=lambda pairs: pairs
    )


def same(one, other):
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@SETTINGS
@given(st.lists(st.fixed_dictionaries({}, optional={"a": VALUE, "b": SCALAR, "c": VALUE})))
def test_text_columns_hold_what_was_written(rows):
    data = "\n".join(map(dumped, rows))
    seen = read(data.encode(), columns(a="text", b="text"))
    assert len(seen.rows) == len(rows)
    for row, values in zip(rows, seen.values, strict=True):
        for value, text in zip((row.get("a"), row.get("b")), values, strict=True):
            if isinstance(value, str) or value is None:
                assert text == value
            elif isinstance(value, Verbatim):
                assert text == value.text
            else:
                assert same(loaded(text), loaded(dumped(value)))


def _as_decimal(text, places):
    """Return the value if its plain digits fit decimal(38,places)."""
    if "e" in text.lower():
        return None
    value = Decimal(text)
    scaled = value.scaleb(places)
    if scaled != scaled.to_integral_value() or abs(scaled) >= 10**38:
        return None
    return value


@SETTINGS
@given(numbers=st.lists(NUMBER, min_size=1, max_size=8), other=NUMBER | TEXT.map(json.dumps))
def test_numbers_are_exact_or_quarantined(numbers, other):
    data = "\n".join(f'{{"o":{other},"d": {number} ,"i":{number}}}' for number in numbers)
    with decimal.localcontext(prec=100):
        seen = read(data.encode(), columns(d="decimal(38,18)"))
        expected = [_as_decimal(number, 18) for number in numbers]
        assert [value for (value,) in seen.values] == [v for v in expected if v is not None]
        assert [no for no, _ in seen.reasons] == [n for n, v in enumerate(expected, 1) if v is None]
        whole = [_as_decimal(number, 0) for number in numbers]
        fits = [v if v is not None and -(2**63) <= v < 2**63 else None for v in whole]
        integers = read(data.encode(), columns(i="integer"))
        assert [value for (value,) in integers.values] == [v for v in fits if v is not None]


@SETTINGS
@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_floats_are_the_same_floats(floats):
    data = "\n".join(json.dumps({"f": value}) for value in floats)
    seen = read(data.encode(), columns(f="float"))
    assert [value for (value,) in seen.values] == [v for v in floats if math.isfinite(v)]


@SETTINGS
@given(st.lists(st.dictionaries(TEXT, VALUE, max_size=4), max_size=6))
def test_any_objects_are_rows(objects):
    seen = read("\n".join(map(dumped, objects)).encode(), columns(a="text"))
    assert seen.result.loaded == len(objects)
    found = {name for item in objects for name in item} - {"a"}
    assert set(seen.result.unknown_columns) == found


EXACT = {
    "5.8100000000000005": "5.810000000000000500",
    "12345678901234567890.123456789012345678": "12345678901234567890.123456789012345678",
    "-0.000000000000000001": "-1E-18",
    "5.810000000000000049": "5.810000000000000049",
    "99999999999999999999.999999999999999999": "99999999999999999999.999999999999999999",
    "100": "100",
    "1.50": "1.5",
    "0.0000001": "1E-7",
    "100000000000000000.0": "100000000000000000",
}


@pytest.mark.parametrize("number", EXACT)
@pytest.mark.parametrize("form", ['{{"d":{}}}', '{{"d":"{}"}}', '{{"x":5.81,"d": {} }}'])
def test_decimals_never_pass_through_a_float(number, form):
    seen = read(form.format(number).encode(), columns(d="decimal(38,18)"))
    assert seen.values == [(Decimal(EXACT[number]),)]


@pytest.mark.parametrize("number", ["1e400", "100000000000000000000.0", "0.0000000000000000001"])
def test_a_decimal_that_does_not_fit_is_quarantined(number):
    seen = read(f'{{"d":{number}}}'.encode(), columns(d="decimal(38,18)"))
    assert seen.reasons == [(1, "cast:d")]
    assert seen.quarantined[0][1] == f'{{"d":{number}}}'


INTEGERS = {
    "1540919166796.0": 1540919166796,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    "9007199254740993.0": 2**53 + 1,
    "9223372036854775807.000": 2**63 - 1,
    "1000000000000000000.0": 10**18,
    "-0": 0,
    "0.0": 0,
}


@pytest.mark.parametrize("number", INTEGERS)
def test_integers_may_have_a_fraction_of_zeros(number):
    assert read(f'{{"i":{number}}}'.encode(), columns(i="integer")).values == [(INTEGERS[number],)]


@pytest.mark.parametrize(
    "number", ["27.5", "9223372036854775808", "9007199254740993.00001", "1e3", "1e400"]
)
def test_other_numbers_are_no_integers(number):
    seen = read(f'{{"i":{number}}}'.encode(), columns(i="integer"))
    assert seen.reasons == [(1, "cast:i")]


def test_booleans_and_nested_values_as_written():
    declared = columns(flag="boolean", nested="text", number="text")
    seen = read(
        b'{"flag":true,"nested":{"a": 1.10, "b":["x\\"n\\"", "n1", "", null]},"number":0.10}\n'
        b'{"flag":false,"nested":[],"number":-0}\n'
        b'{"nested":"{\\"a\\": 1.10}","number":"07836"}\n',
        declared,
    )
    assert seen.values == [
        (True, r'{"a":1.10,"b":["x\"n\"","n1","",null]}', "0.10"),
        (False, "[]", "-0"),
        (None, '{"a": 1.10}', "07836"),
    ]
