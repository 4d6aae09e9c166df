"""Read the objects of one batch as if they were one file."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.model import Source
from vault_assets.sql.registry import PART
from vault_assets.targets.files import read_file
from vault_assets.targets.result import FileResult


@contextmanager
def read_parts(
    connection: duckdb.DuckDBPyConnection, texts: Sequence[Path], source: Source
) -> Iterator[ReadyRows]:
    """Read files into the rows and quarantined records of one batch.

    Each has its own header. Rows are numbered position * `PART` + line, so that a number leads
    back to object and line.

    Args:
        connection: As in `read_file`.
        texts: The files as returned by `spool`, in their order, each in a folder of its own.
        source: The declaration.
    """
    with ExitStack() as stack:
        parts = [
            stack.enter_context(read_file(connection, text, source, work_dir=text.parent))
            for text in texts
        ]
        yield _joined(parts)


def _joined(parts: Sequence[FileResult]) -> JoinedRows:
    def all_of(views: Sequence[str]) -> str:
        selects = (
            f"select * replace (row_no + {place * PART} as row_no) from {view}"
            for place, view in enumerate(views)
        )
        return f"({' union all by name '.join(selects)})"

    refused = [part for part in parts if part.rejected]
    same = all(part.header == refused[0].header for part in refused)
    return JoinedRows(
        rows=all_of([part.rows for part in parts]),
        quarantined=all_of([part.quarantined for part in parts]),
        records=sum(part.records for part in parts),
        loaded=sum(part.loaded for part in parts),
        rejected=sum(part.rejected for part in parts),
        unknown_columns=tuple(
            dict.fromkeys(name for part in parts for name in part.unknown_columns)
        ),
        refusal=next((part.refusal for part in parts if part.refusal), None),
        # Lines of different headers cannot be read again together: they are corrected by hand.
        header=refused[0].header if refused and same else (),
    )
