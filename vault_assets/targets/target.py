"""What a target is: a database that holds the tables of a warehouse."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import duckdb

from vault_assets.settings import Settings
from vault_assets.targets.locks import Locks
from vault_assets.targets.session import Session

Result = TypeVar("Result")
Prepared = TypeVar("Prepared")


class Target(Protocol):
    """A warehouse in a database: connections, transactions, locks."""

    warehouse: str
    settings: Settings

    @property
    def work_dir(self) -> Path:
        """A folder for spilled rows and downloaded objects; it goes with the target."""
        ...

    @property
    def locks(self) -> Locks:
        """The locks among all writers of the warehouse."""
        ...

    def transaction(self, locks: Sequence[str], unit: Callable[[Session], Result]) -> Result:
        """Run `unit` in one transaction, again after conflicts; nobody else writes `locks`."""
        ...

    def prepared_transaction(
        self,
        locks: Sequence[str],
        prepare: Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[Prepared]],
        unit: Callable[[Session, Prepared], Result],
    ) -> Result:
        """Run `unit` as `transaction` does, with what `prepare` made in the engine before."""
        ...

    def engine(self) -> duckdb.DuckDBPyConnection:
        """Return the engine of this process, which reads files and knows all columns."""
        ...

    def relation(self, sql: str) -> Any:
        """Return the rows of a query, to be read as Polars or Arrow while others are written."""
        ...

    def session(self) -> Session:
        """Return a session outside of a transaction, for reading."""
        ...

    def connection(self) -> Any:
        """Return the connection: DuckDB's, or what offers the same to loads."""
        ...

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close it."""
