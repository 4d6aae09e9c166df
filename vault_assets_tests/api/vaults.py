"""A vault in memory, and tables as lists of tuples."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from vault_assets import hashing
from vault_assets.api import Vault, open_lake
from vault_assets.model.types import parse_type

PEOPLE = {"person": {"type": "text(5)", "nullable": False}, "name": "text", "age": "integer"}


def day(number: int) -> dt.datetime:
    """Return a day of January 2024."""
    return dt.datetime(2024, 1, number)  # noqa: DTZ001  load times have no zone


def source(columns: dict[str, Any], delivery: str = "delta") -> dict[str, Any]:
    return {"objects": "x/*.csv", "delivery": delivery, "columns": columns}


def people(columns: dict[str, Any] | None = None, **parts: Any) -> Vault:
    """Open a vault with a source `people`, its hub and its satellite."""
    columns = columns or PEOPLE
    payload = [name for name in columns if name != "person"]
    return open_lake(
        {
            "name": "test",
            "sources": {"people": source(columns)},
            "hubs": {"h_people": {"keys": "person", "from": "people"}},
            "satellites": {
                "s_people": {"parent": "h_people", "payload": payload, "from": "people"}
            },
            **parts,
        }
    )


def key(*parts: str | int) -> str:
    """Return the hash key of text and integer parts, as Arrow shows it."""
    types = [parse_type("text" if isinstance(part, str) else "integer") for part in parts]
    return str(hashing.key_hash(parts, types))


def rows(vault: Vault, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of a table, sorted."""
    found = vault.table(table).select(columns.split()).to_pylist()
    return sorted((tuple(row.values()) for row in found), key=repr)


def staged(vault: Vault, columns: Sequence[str], table: str = "stage.people") -> list[Any]:
    """Return values of a stage in the order of its rows."""
    names = ", ".join(f'"{name}"' for name in ("row_no", *columns))
    return (
        vault.lake.session()
        .connection.execute(f"select {names} from {table} order by load_ts, row_no")
        .fetchall()
    )


def reasons(vault: Vault, table: str = "people") -> list[tuple[int, str]]:
    """Return row_no and reason of what was refused."""
    found = vault.quarantine(table).select(["row_no", "reason"]).to_pylist()
    return [(row["row_no"], row["reason"]) for row in found]


def some_uuid() -> uuid.UUID:
    return uuid.UUID("12345678-1234-5678-1234-567812345678")
