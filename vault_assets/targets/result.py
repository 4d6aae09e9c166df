"""Result: what reading a file gives, whatever its format."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from vault_assets.targets.csv.header import Refusal
from vault_assets.targets.csv.scratch import Scratch


@dataclass(frozen=True)
class FileResult:
    """What is in a file: `records` = `loaded` + `rejected`, always.

    Use it as a context manager, or call `close`: both drop the temp table behind it.

    Args:
        rows: View of the typed rows: row_no BIGINT (number of the physical line at which the
            record begins, from 1; the header of a CSV file counts) and every declared column, NULL
            where an optional column is absent.
        quarantined: View of the other records: row_no, raw (the record's text, all its lines),
            reason (`encoding`, `line_too_long`; of CSV `missing_fields`, `extra_fields`,
            `stray_quote`, `header`; of JSON lines `json`, `not_object`; or `cast`, `not_null`,
            `too_long`, `missing_column`, `duplicate_column` with `:<column>`), column_name, detail.
        records: Records in the file; blank lines between records are none.
        loaded: Number of `rows`.
        rejected: Number of `quarantined`.
        blank: Blank lines between records.
        unknown_columns: Columns of the file that are not declared; their values are ignored. Of
            JSON lines, those in a sample of the lines.
        missing_optional: Declared optional columns that a CSV file's header lacks.
        refusal: Why no record of the file can be read; None if they can. It is set without records
            too: such a file is not an empty delivery.
        repaired: Whether a CSV file's quoting was broken, so that records were found line by line.
        scratch: The temp tables behind it.
        header: Names in the header of a CSV file.
    """

    rows: str
    quarantined: str
    records: int
    loaded: int
    rejected: int
    blank: int
    unknown_columns: tuple[str, ...]
    missing_optional: tuple[str, ...]
    refusal: Refusal | None
    repaired: bool
    scratch: Scratch
    header: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the views and the table behind them; do nothing in a transaction that has failed."""
        self.scratch.drop()
