"""Types: DuckDB's as Vertica's, and declared ones."""

import re

from vault_assets.model.types import ColumnType
from vault_assets.sql.dialect import sql_type
from vault_assets.sql.vertica.errors import UntranslatableError

MAX_OCTETS = 65_000
"""The most octets of a VARCHAR; a text without a declared limit gets as many."""

TEXTUAL = frozenset({"VARCHAR", "JSON"})
_EXACT = {
    "DOUBLE": "FLOAT",
    "FLOAT": "FLOAT",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "TIMESTAMPTZ": "TIMESTAMPTZ",
    "UUID": "UUID",
    "INTERVAL": "INTERVAL DAY TO SECOND",
    "BLOB": f"VARBINARY({MAX_OCTETS})",
    "HUGEINT": "NUMERIC(38, 0)",
    "UHUGEINT": "NUMERIC(38, 0)",
    "UBIGINT": "NUMERIC(20, 0)",
}
_INTEGERS = frozenset(
    {"BIGINT", "INTEGER", "INT", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"}
)
_SHORT = {  # octets of a value as text
    "INT": 20, "FLOAT": 25, "BOOLEAN": 5, "DATE": 15, "TIMESTAMP": 30, "TIMESTAMPTZ": 35,
    "UUID": 36, "TIME": 20,
}  # fmt: skip


def vertica_type(duckdb: str) -> str:
    """Return Vertica's type for the text of a type of DuckDB, such as `DECIMAL(12,2)`.

    Raises:
        UntranslatableError: A list, struct, map or another type that Vertica does not have.
    """
    text = re.sub(r"\s+", " ", duckdb.strip()).upper()
    if text == "TEXT":
        text = "VARCHAR"
    if text in _EXACT:
        return _EXACT[text]
    if text in _INTEGERS or text == '"NULL"':
        return "INT"
    if text in TEXTUAL or (text.startswith("ENUM(") and text.endswith(")")):
        return f"VARCHAR({MAX_OCTETS})"
    if sized := re.fullmatch(r"(?:VARCHAR|TEXT) ?\((\d+)\)", text):
        return f"VARCHAR({sized[1]})"
    if exact := re.fullmatch(r"(?:DECIMAL|NUMERIC) ?\((\d+), ?(\d+)\)", text):
        return f"NUMERIC({exact[1]}, {exact[2]})"
    raise UntranslatableError(f"type {duckdb}")


def declared_type(declared: ColumnType) -> str:
    """Return Vertica's type for a declared type; `text(n)` counts octets there too."""
    if declared.kind == "text" and declared.length is not None:
        return (
            f"VARCHAR({declared.length})"
            if declared.length <= MAX_OCTETS
            else f"LONG VARCHAR({declared.length})"
        )
    return vertica_type(sql_type(declared))


def text_type(duckdb: str) -> str:
    """Return the VARCHAR that holds any value of a type of DuckDB as text."""
    found = vertica_type(duckdb)
    if found.startswith("NUMERIC"):
        return "VARCHAR(42)"
    return f"VARCHAR({_SHORT.get(found, MAX_OCTETS)})"


def is_text(duckdb: str) -> bool:
    """Return whether a type of DuckDB is a text, or an enumeration of texts."""
    return vertica_type(duckdb).startswith("VARCHAR")
