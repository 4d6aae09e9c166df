"""Landing files of warehouse `commerce`: extracts of an invented shop's database.

All rows are made in DuckDB by `commerce.sql`, in bounded memory. The extract of `FIRST_DATE` holds
all rows; that of a later date holds those that changed on it, and some of the day before again. An
order whose lines are in an extract has all its lines there.
"""

import datetime as dt
import tempfile
from pathlib import Path
from types import MappingProxyType

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.model.names import literal
from vault_assets.samples.social import BrokenLine

START = dt.date(2023, 1, 1)
"""The shop opened."""

FIRST_DATE = dt.date(2024, 3, 1)
"""Date of the first extract, which is full."""

TABLES = ("customers", "products", "orders", "order_items")
"""Tables of the shop, each a file per extract."""

_ROWS_AT_SCALE_1 = {"customers": 8_000, "products": 400, "orders": 30_000}
_LEAST_ROWS = {"customers": 426, "products": 12, "orders": 426}  # one a day, so that days differ

BROKEN = MappingProxyType(
    {
        "customers": (
            BrokenLine("x1,Nobody,n@shop.example,,,", "customer_id is no number"),
            BrokenLine("900001,,n@shop.example,,,", "name is empty"),
        ),
        "products": (
            BrokenLine("900001,Thing,cheap,Clothing,1,true,,", "price is no number"),
            BrokenLine("900002,Thing,1.999,Clothing,1,true,,", "price has three decimals"),
        ),
        "orders": (
            BrokenLine("900001,1,2024-02-30 10:00:00,completed,,,,1.00,,", "no such day"),
            BrokenLine("900002,1,2024-02-01 10:00:00,completed", "fields are missing"),
        ),
        "order_items": (
            BrokenLine("900001,1,1,two,1.00,,,", "quantity is no number"),
            BrokenLine("900002,1,1,1,,,,", "unit_price is empty"),
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
    full: bool | None = None,
) -> list[Path]:
    """Write the files of one extract and return their paths.

    The same arguments give the same bytes. Files are replaced if they are there.

    Args:
        folder: Where the keys `commerce/<table>/extract_date=YYYY-MM-DD/<table>.csv` begin.
        scale: 1 = 8,000 customers, 400 products, 30,000 orders and about 75,000 lines in the first
            extract, and about 70 orders a day; at least 426 customers and orders; at most 1000.
        seed: Another seed is another shop.
        date: Date of the extract, `FIRST_DATE` or later.
        broken: Whether each file ends with its bad lines, see `BROKEN`.
        full: Whether it has all rows; default: that of `FIRST_DATE` only.

    Raises:
        SettingsError: The scale is not in range, or the date is before `FIRST_DATE`.
    """
    _require(scale, date)
    is_full = date == FIRST_DATE if full is None else full
    paths = []
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as con:
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute("set memory_limit = '2GB'")
        _prepare(con, scale, seed, date, is_full=is_full)
        for table in TABLES:
            path = folder / "commerce" / table / f"extract_date={date}" / f"{table}.csv"
            _write(con, table, path, broken=broken)
            paths.append(path)
    return paths


def _require(scale: float, date: dt.date) -> None:
    if not 0 < scale <= 1000:  # noqa: PLR2004  documented above
        msg = f"Scale {scale} is not between 0 and 1000."
        raise SettingsError(msg, fix="Use 0.01 for a small sample.")
    if date < FIRST_DATE:
        msg = f"No sample exists for {date}."
        raise SettingsError(msg, fix=f"Use {FIRST_DATE} or a later date.")


def _prepare(
    con: duckdb.DuckDBPyConnection, scale: float, seed: int, date: dt.date, *, is_full: bool
) -> None:
    variables = {
        "seed": seed,
        "day": (date - START).days,
        "days": (FIRST_DATE - START).days + 1,
        "start_s": int(dt.datetime.combine(START, dt.time(), tzinfo=dt.UTC).timestamp()),
        "is_full": int(is_full),
    }
    variables |= {
        name: max(_LEAST_ROWS[name], round(rows * scale)) for name, rows in _ROWS_AT_SCALE_1.items()
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
