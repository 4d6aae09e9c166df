"""Rows given in memory: typed and judged by the rules of CSV cells, without Python loops."""

from vault_assets.targets.rows.given import Given, GivenRows, given_rows
from vault_assets.targets.rows.reading import RECORD_SOURCE, ROW_NO, RowsResult, read_rows

__all__ = [
    "RECORD_SOURCE",
    "ROW_NO",
    "Given",
    "GivenRows",
    "RowsResult",
    "given_rows",
    "read_rows",
]
