"""Landing files of warehouse `social`: users, groups, dialogs and the log of group memberships.

The first 250 groups are real (`data/groups.csv`, MIT, (c) practicum-de); all else is made in DuckDB
by `social.sql`, in bounded memory. One seed and scale describe a network that grows and changes
daily: the files of a later date hold the rows of the earlier ones, changed.
"""

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.model.names import literal

FIRST_DATE = dt.date(2021, 6, 21)
"""Load date of the first files; they hold what happened before it."""

NETWORK_START = dt.date(2020, 9, 3)
"""Nothing happens earlier."""

_HERE = Path(__file__).parent
_ROWS_AT_SCALE_1 = {"users": 100_000, "groups": 1_000, "dialogs": 1_000_000, "group_log": 500_000}
_LEAST_ROWS = {"users": 20, "groups": 4, "dialogs": 200, "group_log": 100}


@dataclass(frozen=True)
class BrokenLine:
    """A line that is bad on purpose.

    Args:
        line: The line as it stands in the file, without its end.
        why: What is wrong with it.
    """

    line: str
    why: str


BROKEN = MappingProxyType(
    {
        "users": (
            BrokenLine("900000001,Zoe,2021-03-01 10:00:00,Norge,abc", "age is no number"),
            BrokenLine("900000002,Яна", "fields are missing"),
            BrokenLine(",Nobody,2021-03-01 10:00:00,Norge,30.0", "id is empty"),
            BrokenLine("900000003,Max,yesterday,Norge,30.0", "registration_dt is no time"),
        ),
        "groups": (
            BrokenLine(
                f"900000001,1,{'ы' * 60},2021-03-01 10:00:00,0",
                "group_name has 60 characters, but 120 bytes of 100",
            ),
            BrokenLine("900000002,2,новая группа", "fields are missing"),
            BrokenLine(
                "900000003,3,maybe private,2021-03-01 10:00:00,2", "is_private is not 0 or 1"
            ),
        ),
        "dialogs": (
            BrokenLine("900000001,2021-03-01 10:00:00,1,2,hello,900000009.0", "group is unknown"),
            BrokenLine("900000002,2021-03-01 10:00:00,900000009,2,hello,0.0", "author is unknown"),
            BrokenLine("900000003,2021-03-01 10:00:00,1", "fields are missing"),
            BrokenLine(
                f"900000004,2021-03-01 10:00:00,1,2,{'ы' * 501},0.0",
                "message has 501 characters, but 1002 bytes of 1000",
            ),
            BrokenLine("900000005,2021-03-01 10:00:00,1,2,hello,0.5", "group is no whole number"),
        ),
        "group_log": (
            BrokenLine("0,900000009,,add,2021-03-01 10:00:00", "user is unknown"),
            BrokenLine("900000009,1,,add,2021-03-01 10:00:00", "group is unknown"),
            BrokenLine("0,1,,banned,2021-03-01 10:00:00", "event is not create, add or leave"),
            BrokenLine("0,1,,add,2021-02-30 10:00:00", "datetime is no date of the calendar"),
        ),
    }
)
"""The bad lines that end each file, by table; they are the same on every date."""

TABLES = tuple(BROKEN)


def generate(
    folder: Path,
    *,
    scale: float = 1.0,
    seed: int = 0,
    date: dt.date = FIRST_DATE,
    broken: bool = True,
) -> list[Path]:
    """Write the full snapshots of one load date and return their paths.

    Every day adds about 1% of the first day's users, messages and log lines; some users are renamed
    or have a birthday, some groups are renamed or get another admin. The same arguments give the
    same bytes. Files are replaced if they are there.

    Args:
        folder: Where the keys `social/<table>/load_date=YYYY-MM-DD/<table>.csv` begin.
        scale: 1 = 100,000 users, 1,000 groups, 1,000,000 dialogs and 500,000 log lines on the first
            date. Below 0.25 there are fewer groups than the 250 real ones. Admins of real groups
            whose id is above the number of users are mapped to a known one.
        seed: Another seed is another network.
        date: The load date, `FIRST_DATE` or later.
        broken: Whether each file ends with its bad lines, see `BROKEN`.

    Raises:
        SettingsError: The scale is not positive, or the date is before `FIRST_DATE`.
    """
    return _write(folder, scale, seed, date, broken=broken, where="true")


def delta(
    folder: Path,
    *,
    scale: float = 1.0,
    seed: int = 0,
    date: dt.date,
    broken: bool = False,
) -> list[Path]:
    """Write only the lines that are new or touched since the day before, else as `generate` does.

    The delta of `FIRST_DATE` is the whole snapshot. Parameters and errors are those of `generate`.
    """
    return _write(folder, scale, seed, date, broken=broken, where="changed")


def _write(
    folder: Path, scale: float, seed: int, date: dt.date, *, broken: bool, where: str
) -> list[Path]:
    _require(scale, date)
    paths = [folder / "social" / table / f"load_date={date}" / f"{table}.csv" for table in TABLES]
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as con:
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute("set memory_limit = '2GB'")
        _prepare(con, scale, seed, date)
        for path in paths:
            _write_file(con, path, broken=broken, where=where)
    return paths


def _require(scale: float, date: dt.date) -> None:
    if not scale > 0:
        msg = f"Scale {scale} is not positive."
        raise SettingsError(msg, fix="Use 0.01 for a small sample.")
    if date < FIRST_DATE:
        msg = f"No sample exists for {date}."
        raise SettingsError(msg, fix=f"Use {FIRST_DATE} or a later date.")


def _prepare(con: duckdb.DuckDBPyConnection, scale: float, seed: int, date: dt.date) -> None:
    variables = {
        "seed": seed,
        "day": (date - FIRST_DATE).days,
        "start_us": _microseconds(NETWORK_START),
        "end_us": _microseconds(FIRST_DATE),
    }
    variables |= {
        name: max(_LEAST_ROWS[name], round(rows * scale)) for name, rows in _ROWS_AT_SCALE_1.items()
    }
    for name, value in variables.items():
        con.execute(f"set variable {name} = {value}::bigint")
    con.execute(
        "create table real_groups as from read_csv($path, header = true, all_varchar = true) "
        f"where id::bigint < {variables['groups']}",
        {"path": str(_HERE / "data" / "groups.csv")},
    )
    con.execute((_HERE / "social.sql").read_text(encoding="utf-8"))


def _microseconds(date: dt.date) -> int:
    start = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    return int(start.timestamp()) * 1_000_000


def _write_file(con: duckdb.DuckDBPyConnection, path: Path, *, broken: bool, where: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(
        f"copy (select * exclude (changed) from {path.stem} where {where}) "
        f"to {literal(str(path))} (format csv, header)"
    )
    if broken:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{bad.line}\n" for bad in BROKEN[path.stem])
