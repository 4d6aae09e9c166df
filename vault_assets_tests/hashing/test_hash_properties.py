import itertools
import random
import struct
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault_assets import hashing
from vault_assets.model.types import ColumnType, parse_type

_TEXT = parse_type("text")
_TEXTS = st.text(st.sampled_from("~|N01^\\'\"aA \té\u0301😀\x00\x01\x1f\n"), max_size=8) | st.text()
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_AWARE = st.datetimes(
    datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30"), timezones=_ZONES
)


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    bound = 10**precision - 1
    digits = (
        st.integers(-bound, bound)
        | st.integers(-9, 9)
        | st.integers(-(bound // 100), bound // 100).map(lambda number: number * 100)
    )
    return digits.map(lambda number: Decimal(f"{number}e-{scale}"))


_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "decimal(12,2)": _decimals(12, 2),
    "decimal(18,0)": _decimals(18, 0),
    "decimal(38,0)": _decimals(38, 0),
    "decimal(38,10)": _decimals(38, 10),
    "decimal(4,4)": _decimals(4, 4),
    "decimal(38,38)": _decimals(38, 38),
    "float": st.floats(),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(),
    "timestamptz": _AWARE,
    "text": _TEXTS,
    "uuid": st.uuids(),
}


def _engine_text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None else str(value)


def _assert_same(evaluate: Any, types: list[ColumnType], rows: list[tuple[Any, ...]]) -> None:
    columns = [(f"p{i}", declared) for i, declared in enumerate(types)]
    filled = {f"p{i}" for i in range(len(types)) if all(row[i] is not None for row in rows)}
    expressions = [
        hashing.sql_hashdiff_text(columns),
        hashing.sql_hashdiff(columns, never_null=filled),
    ]
    expected = [(hashing.hashdiff_text(row, types), hashing.hashdiff(row, types)) for row in rows]
    if all(declared.kind != "float" for declared in types):
        expressions += [
            hashing.sql_key_text(columns),
            hashing.sql_key(columns, "sha256", never_null=filled),
        ]
        keys = [
            (hashing.key_text(row, types), hashing.key_hash(row, types, "sha256")) for row in rows
        ]
        expected = [left + right for left, right in zip(expected, keys, strict=True)]
    texts = [[_engine_text(value) for value in row] for row in rows]
    assert evaluate(expressions, types, texts) == expected


@pytest.mark.parametrize("declared", _VALUES)
def test_python_and_duckdb_agree_on_every_type(declared, evaluate):
    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.none() | _VALUES[declared], min_size=1, max_size=40))
    def agree(values: list[Any]) -> None:
        _assert_same(evaluate, [parse_type(declared)], [(value,) for value in values])

    agree()


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(*[st.none() | _TEXTS] * 3), min_size=1, max_size=40))
def test_python_and_duckdb_agree_on_hostile_texts(evaluate, rows):
    _assert_same(evaluate, [_TEXT] * 3, rows)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(*[st.none() | each for each in _VALUES.values()]), min_size=1, max_size=9)
)
def test_python_and_duckdb_agree_on_rows_of_all_types(evaluate, rows):
    _assert_same(evaluate, [parse_type(declared) for declared in _VALUES], rows)


def test_python_and_duckdb_agree_on_random_bit_patterns_of_floats(evaluate):
    dice = random.Random(7)
    patterns = [dice.getrandbits(64) for _ in range(4_000)] + list(range(100))
    floats = [struct.unpack("<d", struct.pack("<Q", pattern))[0] for pattern in patterns]
    _assert_same(evaluate, [parse_type("float")], [(value,) for value in floats])


def test_no_two_small_keys_share_a_text():
    words = [None] + [
        "".join(each) for n in range(3) for each in itertools.product("~|N0", repeat=n)
    ]
    keys = [key for n in (1, 2, 3) for key in itertools.product(words, repeat=n)]
    assert len({hashing.key_text(key, [_TEXT] * len(key)) for key in keys}) == len(keys)


_ROWS = st.lists(st.none() | _TEXTS, min_size=1, max_size=4)


@given(_ROWS, _ROWS)
def test_keys_share_a_text_only_if_they_are_equal(left, right):
    same = hashing.key_text(left, [_TEXT] * len(left)) == hashing.key_text(
        right, [_TEXT] * len(right)
    )
    assert same == (left == right)


@given(_ROWS, st.integers(1, 4))
def test_trailing_nulls_change_no_hashdiff_but_any_value_does(row, added):
    types = [_TEXT] * (len(row) + added)
    nulls = [None] * (added - 1)
    before = hashing.hashdiff(row, types[: len(row)])
    assert hashing.hashdiff([*row, None, *nulls], types) == before
    assert hashing.hashdiff([*row, *nulls, ""], types) != before


@given(_TEXTS, _TEXTS)
def test_the_order_of_parts_matters(left, right):
    types = [_TEXT, _TEXT]
    same_key = hashing.key_hash([left, right], types) == hashing.key_hash([right, left], types)
    same_diff = hashing.hashdiff([left, right], types) == hashing.hashdiff([right, left], types)
    assert same_key == same_diff == (left == right)


@settings(max_examples=40, deadline=None)
@given(members=st.lists(st.uuids(), unique=True, max_size=12), seed=st.integers())
def test_the_order_of_members_does_not_matter(evaluate, members, seed):
    shuffled = random.Random(seed).sample(members, len(members))
    assert hashing.set_hash(shuffled) == hashing.set_hash(members)
    rows = [[str(each)] for each in shuffled] + [[None]]
    sql = evaluate([hashing.sql_set_hash("p0")], [parse_type("uuid")], rows)
    assert sql == [(hashing.set_hash(members),)]
