"""Typed rows on their way into a stage."""

from dataclasses import dataclass
from typing import Protocol

from vault_assets.targets.csv import Refusal


class Counts(Protocol):
    """What is known of records without looking at them: `records` = `loaded` + `rejected`."""

    @property
    def records(self) -> int:
        """Records that came in."""
        ...

    @property
    def loaded(self) -> int:
        """Those that are typed rows."""
        ...

    @property
    def rejected(self) -> int:
        """Those that are quarantined."""
        ...

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Columns that the source does not declare."""
        ...

    @property
    def refusal(self) -> Refusal | None:
        """Why no record could be read; None if they could."""
        ...

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the file's columns in their order; none if the records are no lines."""
        ...


class ReadyRows(Counts, Protocol):
    """Typed rows that may enter a stage, and the records that may not: records = both together."""

    @property
    def rows(self) -> str:
        """View of the typed rows: row_no and every declared column."""
        ...

    @property
    def quarantined(self) -> str:
        """View of the other records: row_no, raw, reason, column_name, detail."""
        ...


@dataclass(frozen=True)
class JoinedRows:
    """`ReadyRows` of several origins: `rows` and `quarantined` are queries in brackets."""

    rows: str
    quarantined: str
    records: int
    loaded: int
    rejected: int
    unknown_columns: tuple[str, ...]
    refusal: Refusal | None = None
    header: tuple[str, ...] = ()
