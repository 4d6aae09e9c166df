"""Landing files of warehouse `engagement`: recommendation events, payments and posts.

All rows are made in DuckDB by `engagement.sql`, in bounded memory. The files of one load date hold
everything since 2021-10-01; those of a later date hold the same and what happened since.
"""

import datetime as dt
import tempfile
from pathlib import Path
from types import MappingProxyType

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.model.names import literal
from vault_assets.samples.social import BrokenLine

FIRST_DATE = dt.date(2022, 3, 1)
"""Load date of the first files."""

START = dt.date(2021, 10, 1)
"""Nothing happens earlier."""

FILES = MappingProxyType(
    {"events": "events.csv", "payments": "payments_data.csv", "posts": "posts.csv"}
)
"""Name of each table's file."""

_ROWS_AT_SCALE_1 = {"events": 20_000, "payments": 10_000, "posts": 16_000, "users": 4_000}
_LEAST_ROWS = 20

BROKEN = MappingProxyType(
    {
        "events": (
            BrokenLine("scheduled_at_best_time,yesterday,1,web,", "timestamp is no time"),
            BrokenLine(
                "suggested_hashtags_inserted,2022-01-01 10:00:00,1,,5.5",
                "hashtag_count is no whole number",
            ),
            BrokenLine("scheduled_at_best_time,2022-01-01 10:00:00,,web,", "user_id is empty"),
        ),
        "payments": (
            BrokenLine(
                "free,0,True,,True,usd,1,2022-01-01 10:00:00,,,,False,in_1,,True,,,,sub_1,,,,1.0,",
                "amount_due is no number",
            ),
            BrokenLine("5.81,0,True,ch_1,True,usd,1", "fields are missing"),
        ),
        "posts": (
            BrokenLine(
                "1,perhaps,True,,,2022-01-01 10:00:00,,1,1,TwitterPost", "active is no boolean"
            ),
            BrokenLine("2,True,True,,,2022-02-30 10:00:00,,1,1,TwitterPost", "no such day"),
        ),
    }
)
"""The bad lines that end each file, by table."""


def generate(
    folder: Path,
    *,
    scale: float = 1.0,
    seed: int = 0,
    date: dt.date = FIRST_DATE,
    broken: bool = True,
) -> list[Path]:
    """Write the files of one load date and return their paths.

    The same arguments give the same bytes; no two lines of a file are the same. Files are replaced
    if they are there.

    Args:
        folder: Where the keys `engagement/<table>/etl_date=YYYY-MM-DD/<file>.csv` begin.
        scale: 1 = 20,000 events, 10,000 payments and 16,000 posts of 4,000 users on the first date;
            at most 600, for a second has one row.
        seed: Another seed is other users.
        date: The load date, `FIRST_DATE` or later.
        broken: Whether each file ends with its bad lines, see `BROKEN`.

    Raises:
        SettingsError: The scale is not in range, or the date is before `FIRST_DATE`.
    """
    _require(scale, date)
    paths = []
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as con:
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute("set memory_limit = '2GB'")
        _prepare(con, scale, seed, date)
        for table, file in FILES.items():
            path = folder / "engagement" / table / f"etl_date={date}" / file
            _write(con, table, path, broken=broken)
            paths.append(path)
    return paths


def _require(scale: float, date: dt.date) -> None:
    if not 0 < scale <= 600:  # noqa: PLR2004  documented above
        msg = f"Scale {scale} is not between 0 and 600."
        raise SettingsError(msg, fix="Use 0.01 for a small sample.")
    if date < FIRST_DATE:
        msg = f"No sample exists for {date}."
        raise SettingsError(msg, fix=f"Use {FIRST_DATE} or a later date.")


def _prepare(con: duckdb.DuckDBPyConnection, scale: float, seed: int, date: dt.date) -> None:
    start = dt.datetime.combine(START, dt.time(), tzinfo=dt.UTC)
    variables = {
        "seed": seed,
        "day": (date - FIRST_DATE).days,
        "start_s": int(start.timestamp()),
        "span_s": (FIRST_DATE - START).days * 86_400 + 86_400,
    }
    variables |= {
        name: max(_LEAST_ROWS, round(rows * scale)) for name, rows in _ROWS_AT_SCALE_1.items()
    }
    for name, value in variables.items():
        con.execute(f"set variable {name} = {value}::bigint")
    con.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def _write(con: duckdb.DuckDBPyConnection, table: str, path: Path, *, broken: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy (from {table}) to {literal(str(path))} (format csv, header)")
    if broken:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{bad.line}\n" for bad in BROKEN[table])
