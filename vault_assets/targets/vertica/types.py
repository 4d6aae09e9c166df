"""Types: what a type of the engine is called on Vertica, and back."""

import re

from vault_assets.errors import TargetError

WIDEST = 65_000
"""Octets of the widest VARCHAR."""

_OCTETS = {"batch_id": 400, "record_source": 1_000, "_outcome": 40}
"""Widths of columns that every table of ours has, whose values are short."""

_REGISTRY_OCTETS = {
    "parent_batch_id": 400,
    "duplicate_of": 400,
    "table_name": 300,
    "stage": 300,
    "source": 300,
    "run_id": 300,
    "status": 40,
    "kind": 40,
}
"""The same of the registry: there these names are not those of a user's column."""

_INTEGERS = {
    "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT",
}  # fmt: skip
_SAME = {
    "DOUBLE": "FLOAT",
    "FLOAT": "FLOAT",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "UUID": "UUID",
    "BLOB": f"VARBINARY({WIDEST})",
    "HUGEINT": "NUMERIC(38,0)",
}
_BACK = {
    "int": "BIGINT",
    "integer": "BIGINT",
    "bigint": "BIGINT",
    "float": "DOUBLE",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
    "uuid": "UUID",
}


def is_text(kind: str) -> bool:
    """Whether a type of the engine is stored as text."""
    return kind in {"VARCHAR", "JSON", "NULL", '"NULL"'} or kind.startswith("ENUM")


def registry_octets(name: str) -> int | None:
    """Return the width of a column of the registry whose values are short; None of others."""
    return _REGISTRY_OCTETS.get(name)


def vertica_type(kind: str, name: str = "", octets: int | None = None) -> str:
    """Return Vertica's type for one of the engine.

    Args:
        kind: The engine's type, as DESCRIBE writes it.
        name: Name of the column: those of our own are known to be short.
        octets: Declared width of a text.

    Raises:
        TargetError: Vertica has nothing like it.
    """
    if is_text(kind):
        return f"VARCHAR({octets or _OCTETS.get(name, WIDEST)})"
    if kind in _INTEGERS:
        return "INT"
    if kind.startswith("DECIMAL"):
        return kind.replace("DECIMAL", "NUMERIC")
    if kind in _SAME:
        return _SAME[kind]
    raise TargetError(
        f"column {name!r} is {kind.lower()}, which Vertica cannot store",
        fix="Cast it: integer, decimal, double, boolean, text, date, timestamp or uuid.",
    )


def engine_type(kind: str) -> str:
    """Return the engine's type for one that the catalog of Vertica gives."""
    kind = kind.lower()
    if match := re.fullmatch(r"(?:numeric|decimal)\((\d+),\s*(\d+)\)", kind):
        return f"DECIMAL({min(int(match[1]), 38)},{match[2]})"
    if "binary" in kind or kind.startswith("blob"):
        return "BLOB"
    return _BACK.get(kind.partition("(")[0], "VARCHAR")


def stored_type(kind: str) -> str:
    """Return what a type of the engine is once it is stored: Vertica has one kind of integer."""
    if is_text(kind):
        return "VARCHAR"
    if kind in _INTEGERS:
        return "BIGINT"
    return {"FLOAT": "DOUBLE", "TIMESTAMP_S": "TIMESTAMP", "TIMESTAMP_MS": "TIMESTAMP",
            "TIMESTAMP_NS": "TIMESTAMP"}.get(kind, kind)  # fmt: skip
