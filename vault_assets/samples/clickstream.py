"""Landing files of warehouse `clickstream`: what visitors of a shop do in the hours of one day.

All is made in DuckDB by `clickstream.sql`: each session is a walk over the pages of the shop. Those
of the evening go on after midnight, in the files of the next day.
"""

import datetime as dt
import shutil
import tempfile
import zipfile
from pathlib import Path

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.model.names import literal
from vault_assets.samples.social import BrokenLine

FIRST_DATE = dt.date(2022, 11, 28)
"""Nothing happens earlier."""

SOURCES = ("browser_events", "device_events", "geo_events", "location_events")

_HERE = Path(__file__).parent
_SESSIONS_AT_SCALE_1 = 10_000
_FEWEST_SESSIONS = 12
_PLAIN = 6
"""The objects of every sixth hour are not zipped, and their keys are padded."""
_CHUNK = 1 << 20

BROKEN = (
    BrokenLine("{}", "the ids are missing"),
    BrokenLine("[]", "no object"),
    BrokenLine('{"click_id": "0b1c', "half a line"),
)
"""The bad lines that end the last object of each source; no source can take them."""


def generate(
    folder: Path,
    *,
    scale: float = 1.0,
    seed: int = 0,
    date: dt.date = FIRST_DATE,
    broken: bool = True,
) -> list[Path]:
    """Write the objects of one day and return their paths; the same arguments give the same bytes.

    Sessions have about eleven events. Of each event there is a row in all four sources; few land an
    hour late, or a second time an hour later. An hour without events has no object.

    Args:
        folder: Where the keys `clickstream/year=YYYY/month=M/day=DD/hour=HH/<source>.jsonl.zip`
            begin.
        scale: 1 = 10,000 sessions a day, about 110,000 rows in each source.
        seed: Another seed is another shop.
        date: The day of the hours in UTC, `FIRST_DATE` or later.
        broken: Whether each source ends with bad lines, see `BROKEN`.

    Raises:
        SettingsError: The scale is not positive, or the date is before `FIRST_DATE`.
    """
    _require(scale, date)
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as con:
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute("set memory_limit = '2GB'")
        _prepare(con, scale, seed, date)
        return [
            path for source in SOURCES for path in _write_source(con, folder, source, broken=broken)
        ]


def _require(scale: float, date: dt.date) -> None:
    if not scale > 0:
        raise SettingsError(f"Scale {scale} is not positive.", fix="Use 0.01 for a small sample.")
    if date < FIRST_DATE:
        raise SettingsError(f"No sample exists for {date}.", fix=f"Use {FIRST_DATE} or later.")


def _prepare(con: duckdb.DuckDBPyConnection, scale: float, seed: int, date: dt.date) -> None:
    numbers = {
        "seed": seed,
        "sessions": max(_FEWEST_SESSIONS, round(_SESSIONS_AT_SCALE_1 * scale)),
        "day": (date - FIRST_DATE).days,
    }
    for name, value in numbers.items():
        con.execute(f"set variable {name} = {value}::bigint")
    con.execute(f"set variable start = timestamp '{FIRST_DATE}'")
    con.execute((_HERE / "clickstream.sql").read_text(encoding="utf-8"))


def _write_source(
    con: duckdb.DuckDBPyConnection, folder: Path, source: str, *, broken: bool
) -> list[Path]:
    hours = [
        hour
        for (hour,) in con.execute(
            "select distinct hour from lines where source = $source order by hour",
            {"source": source},
        ).fetchall()
    ]
    return [
        _write(con, folder, source, hour, broken=broken and hour == hours[-1]) for hour in hours
    ]


def _write(
    con: duckdb.DuckDBPyConnection, folder: Path, source: str, hour: dt.datetime, *, broken: bool
) -> Path:
    is_plain = hour.hour % _PLAIN == _PLAIN - 1
    month = f"{hour.month:02}" if is_plain else str(hour.month)
    path = folder / "clickstream" / f"year={hour.year}" / f"month={month}"
    path = path / f"day={hour.day:02}" / f"hour={hour.hour:02}" / f"{source}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(
        f"copy (select line from lines where source = {literal(source)} "
        f"and hour = timestamp '{hour}' order by e, is_again) to {literal(str(path))} "
        "(format csv, header false, quote '', escape '', delimiter '\x01')"
    )
    if broken:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{bad.line}\n" for bad in BROKEN)
    return path if is_plain else _zipped(path)


def _zipped(path: Path) -> Path:
    target = path.with_suffix(".jsonl.zip")
    # Without the time of the file, equal lines are equal bytes.
    member = zipfile.ZipInfo(path.name)
    member.compress_type = zipfile.ZIP_DEFLATED
    with (
        path.open("rb") as plain,
        zipfile.ZipFile(target, "w") as archive,
        archive.open(member, "w", force_zip64=True) as packed,
    ):
        shutil.copyfileobj(plain, packed, _CHUNK)
    path.unlink()
    return target
