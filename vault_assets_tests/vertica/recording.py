"""Record every statement of a load that would go to Vertica, as the dialect writes it."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from vault_assets.settings import Settings
from vault_assets.sql.vertica import Translated, Twin, translate
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.session import Session
from vault_assets.targets.vertica.session import VerticaSession
from vault_assets_tests.vertica.parity import Load, declared, fix_clock, land

GOLDEN = Path(__file__).parent / "golden"
"""Statements that were agreed upon: a folder per warehouse, a file per table."""
BETWEEN = ";\n\n"

SCALES = {
    "social": 0.001,
    "engagement": 0.001,
    "commerce": 0.001,
    "clickstream": 0.001,
    "audio": 0.001,
}
LOCAL = {
    ("stage_writing", "write_batch"),  # typed rows of a file; COPY carries what it gives
    ("registering", "insert_batches"),  # rows from Python, likewise
    ("registering", "_insert_objects"),
}
"""What stays with DuckDB: (module, function)."""

_TIME = re.compile(r"'20[23]\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?'")
_BATCH = re.compile(r"'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'")
_FIXED = ("'00000000-", "'ffffffff-")


class Recorder:
    """A connection that translates what runs on it, seeing the tables as they are then.

    Args:
        connection: The connection of a lake in memory.
        found: Gets the translations.
    """

    def __init__(self, connection: Any, found: list[Translated]) -> None:
        self.connection = connection
        self.found = found
        self.twin = Twin(connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, sql: str, parameters: Any = None) -> Any:
        """Translate a statement of the loading code, then run it."""
        frame = sys._getframe(1)
        if frame.f_globals["__name__"].endswith("targets.session"):
            frame = frame.f_back or frame
        *_, module = frame.f_globals["__name__"].split(".")
        loading = frame.f_globals["__name__"].startswith("vault_assets.loading")
        if loading and (module, frame.f_code.co_name) not in LOCAL and module != "key_columns":
            made = translate(sql, self.twin, parameters)
            if made.kind == "create_macro":
                self.twin.apply(sql, parameters)
            self.found.append(made)
        return (
            self.connection.execute(sql)
            if parameters is None
            else self.connection.execute(sql, parameters)
        )


class _Lake(MemoryLake):
    """A lake in memory with a recorder for a connection."""

    def __init__(self, warehouse: str) -> None:
        super().__init__(warehouse)
        self.found: list[Translated] = []
        self.recorder = Recorder(super().connection(), self.found)

    def connection(self) -> duckdb.DuckDBPyConnection:
        return self.recorder  # pyright: ignore[reportReturnType]


@contextmanager
def _as_on_vertica() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        fix_clock(patch)
        patch.setattr(Session, "stages_together", VerticaSession.stages_together)
        yield


def recorded(name: str, folder: Path) -> dict[str, list[str]]:
    """Return the statements of the load of a warehouse by the table they load, each text once.

    Args:
        name: The warehouse.
        folder: Where files can land.
    """
    land(name, folder / "landing", SCALES[name])
    settings = Settings.model_construct(
        **{
            **Settings().model_dump(),
            "landing": str(folder / "landing"),
            "home": folder / "home",
        }
    )
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    with _as_on_vertica(), _Lake(name) as lake:
        for table, _ in Load(lake, settings, declared(name)).run():
            texts = [steady(made.sql) for made in lake.found if made.sql]
            lake.found.clear()
            new = [text for text in dict.fromkeys(texts) if text not in seen]
            seen.update(new)
            if new:
                found.setdefault(table, []).extend(new)
    return found


def steady(sql: str) -> str:
    """Return a statement without the times and batches of one load."""
    text = _TIME.sub("'<time>'", sql)
    return _BATCH.sub(lambda m: m[0] if m[0].startswith(_FIXED) else "'<id>'", text)


def agreed(name: str) -> list[str]:
    """Return the statements of a warehouse that were agreed upon."""
    return [
        text.rstrip(";\n")
        for path in sorted((GOLDEN / name).glob("*.sql"))
        for text in path.read_text(encoding="utf-8").split(BETWEEN)
    ]
