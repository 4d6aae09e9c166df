from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from vault_assets import hashing
from vault_assets.model.types import parse_type

_NAIVE = datetime(2024, 1, 2, tzinfo=UTC).replace(tzinfo=None)
_AWARE = datetime(2024, 1, 2, tzinfo=UTC)


def test_a_float_is_refused_as_a_key_part():
    types = [parse_type("integer"), parse_type("float")]
    with pytest.raises(ValueError, match="float"):
        hashing.key_hash([1, 1.0], types)
    with pytest.raises(ValueError, match="float"):
        hashing.sql_key([("a", types[0]), ("b", types[1])])


def test_a_key_without_parts_is_refused():
    with pytest.raises(ValueError, match="at least one part"):
        hashing.key_text([], [])
    with pytest.raises(ValueError, match="at least one part"):
        hashing.sql_key([])


def test_a_missing_type_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        hashing.key_text([1, 2], [parse_type("integer")])


@pytest.mark.parametrize(
    ("value", "declared", "named"),
    [
        ("1", "integer", "str"),
        (True, "integer", "bool"),
        (1.0, "integer", "float"),
        (1.5, "decimal(4,2)", "float"),
        ("1.5", "decimal(4,2)", "str"),
        (1, "float", "int"),
        (Decimal(1), "float", "Decimal"),
        (1, "boolean", "int"),
        (_NAIVE, "date", "datetime"),
        (date(2024, 1, 2), "timestamp", "date"),
        (_AWARE, "timestamp", "datetime with a time zone"),
        (_NAIVE, "timestamptz", "datetime without a time zone"),
        (1.5, "text", "float"),
        (True, "text", "bool"),
        (b"a", "text(5)", "bytes"),
        ("0a0b0c0d-0000-4000-8000-00000000000f", "uuid", "str"),
    ],
)
def test_a_value_of_another_type_is_refused_and_both_are_named(value, declared, named):
    with pytest.raises(TypeError) as refused:
        hashing.canonical(value, parse_type(declared))
    assert f"a {declared} column takes" in str(refused.value)
    assert named in str(refused.value)


def test_the_declared_type_decides_the_text_of_an_int():
    texts = {each: hashing.canonical(100, parse_type(each)) for each in ("text", "decimal(5,2)")}
    assert texts == {"text": "100", "decimal(5,2)": "100"}


@pytest.mark.parametrize("number", ["1.005", "1000", "-1000.00", "NaN", "Infinity"])
def test_a_decimal_that_its_column_cannot_hold_is_refused(number):
    with pytest.raises(ValueError, match=r"decimal\(5,2\)"):
        hashing.canonical(Decimal(number), parse_type("decimal(5,2)"))


def test_half_of_a_surrogate_pair_is_refused():
    with pytest.raises(UnicodeEncodeError):
        hashing.key_hash(["\ud800"], [parse_type("text")])


def test_duckdb_hashes_an_integer_expression_of_a_decimal_column_as_stored(evaluate):
    declared = parse_type("decimal(5,2)")
    sql = hashing.sql_key_text([("p0", declared)])
    assert evaluate([sql], [parse_type("integer")], [["100"]]) == [("100|",)]
