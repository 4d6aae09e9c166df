"""Column types as a declaration writes them."""

import pytest

from vault_assets.model.types import ColumnType, parse_type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("integer", ColumnType("integer")),
        ("text", ColumnType("text")),
        ("text(200)", ColumnType("text", length=200)),
        (" decimal( 12 , 2 ) ", ColumnType("decimal", precision=12, scale=2)),
        ("decimal(38,18)", ColumnType("decimal", precision=38, scale=18)),
        ("timestamptz", ColumnType("timestamptz")),
    ],
)
def test_a_type_reads_back_as_it_was_written(text: str, expected: ColumnType) -> None:
    assert parse_type(text) == expected
    assert parse_type(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    ["int", "decimal", "decimal(39,2)", "decimal(2,3)", "text(0)", "integer(4)", "", None, 7],
)
def test_nonsense_is_no_type(text: object) -> None:
    with pytest.raises(ValueError, match=r"is not a type|needs precision|precision is|takes no"):
        parse_type(text)
