"""Division: the judged records of one reading into rows and quarantined records, counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from vault_assets.model.names import quoted
from vault_assets.targets.csv.cells import REFUSED
from vault_assets.targets.csv.scratch import Scratch

CELLS = "cells"
"""The part of a scratch that holds the judged records."""


@dataclass(frozen=True)
class Division:
    """Names of two views, and what they hold; `records` is both together."""

    rows: str
    quarantined: str
    records: int
    rejected: int


def divide(scratch: Scratch, columns: Iterable[str]) -> Division:
    """Count the judged records and create the views of both kinds.

    Args:
        scratch: Its part `CELLS` has row_no, these columns and the list `REFUSED`.
        columns: What a row has beside row_no.
    """
    cells = scratch.name(CELLS)
    ((records, rejected),) = scratch.con.execute(
        f"select count(*), count({REFUSED}) from {cells}"
    ).fetchall()
    names = "".join(f", {quoted(column)}" for column in columns)
    scratch.create("view", "rows", f"select row_no{names} from {cells} where {REFUSED} is null")
    scratch.create(
        "view",
        "quarantined",
        f"select row_no, {REFUSED}[1] as raw, {REFUSED}[2] as reason, "
        f"{REFUSED}[3] as column_name, {REFUSED}[4] as detail "
        f"from {cells} where {REFUSED} is not null",
    )
    return Division(scratch.name("rows"), scratch.name("quarantined"), records, rejected)
