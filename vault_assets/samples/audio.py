"""Landing files of warehouse `audio`: listens, logins, page views and plan changes of one day.

All is made in DuckDB by `audio.sql`. One seed and scale describe users who come back day by day:
who is paid today follows from the plan changes of the days before. Sessions of the evening go on
after midnight, in the files of the next day.
"""

import datetime as dt
import gzip
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vault_assets.errors import SettingsError
from vault_assets.model.names import literal

FIRST_DATE = dt.date(2024, 5, 1)
"""Nothing happens earlier."""

STREAMS = ("listen_events", "auth_events", "page_view_events", "status_change_events")

_HERE = Path(__file__).parent
_USERS_AT_SCALE_1 = 10_000
_FEWEST_USERS = 12
_GZIPPED = 3
"""The objects of every third hour are compressed."""


@dataclass(frozen=True)
class BrokenLine:
    """A line that is bad on purpose: as it stands in the file, and what is wrong with it."""

    line: str
    why: str


BROKEN = (
    BrokenLine('{"ts": 1714521600000, "sessionId": 7, "level": "fr', "half a line"),
    BrokenLine('[{"ts": 1714521600000}]', "no object"),
    BrokenLine('{"sessionId": 7, "level": "free", "itemInSession": 1}', "ts is missing"),
    BrokenLine(
        '{"ts": "yesterday", "sessionId": 7, "level": "free", "itemInSession": 1}', "ts is no time"
    ),
)
"""The bad lines that end the last object of each stream of a day; no stream can take them."""


def generate(
    folder: Path,
    *,
    scale: float = 1.0,
    seed: int = 0,
    date: dt.date = FIRST_DATE,
    broken: bool = True,
) -> list[Path]:
    """Write the objects of one day and return their paths; the same arguments give the same bytes.

    Two of twelve users begin as paid. A session ends after at most 30 idle minutes; user keys are
    there only while somebody is logged in. A stream without events has one empty object.

    Args:
        folder: Where the keys `audio/<stream>/date=YYYY-MM-DD/hour=HH/<name>` begin.
        scale: 1 = 10,000 users, about 250,000 page views a day.
        seed: Another seed is another service.
        date: The day of the events in UTC, `FIRST_DATE` or later.
        broken: Whether each stream ends with bad lines, see `BROKEN`.

    Raises:
        SettingsError: The scale is not positive, or the date is before `FIRST_DATE`.
    """
    _require(scale, date)
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as con:
        con.execute(f"set temp_directory = {literal(spill)}")
        con.execute("set memory_limit = '2GB'")
        _prepare(con, scale, seed, date)
        return [
            path for stream in STREAMS for path in _write_stream(con, folder, stream, date, broken)
        ]


def _require(scale: float, date: dt.date) -> None:
    if not scale > 0:
        raise SettingsError(f"Scale {scale} is not positive.", fix="Use 0.01 for a small sample.")
    if date < FIRST_DATE:
        raise SettingsError(f"No sample exists for {date}.", fix=f"Use {FIRST_DATE} or later.")


def _prepare(con: duckdb.DuckDBPyConnection, scale: float, seed: int, date: dt.date) -> None:
    first = dt.datetime.combine(FIRST_DATE, dt.time(), tzinfo=dt.UTC)
    variables = {
        "seed": seed,
        "users": max(_FEWEST_USERS, round(_USERS_AT_SCALE_1 * scale)),
        "day": (date - FIRST_DATE).days,
        "epoch_ms": int(first.timestamp()) * 1000,
    }
    for name, value in variables.items():
        con.execute(f"set variable {name} = {value}::bigint")
    con.execute((_HERE / "audio.sql").read_text(encoding="utf-8"))


def _write_stream(
    con: duckdb.DuckDBPyConnection, folder: Path, stream: str, date: dt.date, broken: bool
) -> list[Path]:
    found = con.execute(
        "select distinct hour from lines where stream = $stream order by hour", {"stream": stream}
    ).fetchall()
    hours = [hour for (hour,) in found] or [0]
    return [
        _write(con, folder, (stream, date, hour), broken=broken and hour == hours[-1])
        for hour in hours
    ]


def _write(
    con: duckdb.DuckDBPyConnection, folder: Path, of: tuple[str, dt.date, int], *, broken: bool
) -> Path:
    stream, date, hour = of
    path = folder / "audio" / stream / f"date={date}" / f"hour={hour:02}" / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(
        f"copy (select line from lines where stream = {literal(stream)} and hour = {hour} "
        f"order by ts, session_id, item, copy) to {literal(str(path))} "
        "(format csv, header false, quote '', escape '', delimiter '\x01')"
    )
    if broken:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{bad.line}\n" for bad in BROKEN)
    return _zipped(path) if hour % _GZIPPED == 0 else path


def _zipped(path: Path) -> Path:
    zipped = path.with_suffix(".jsonl.gz")
    # Without name and time in the header, equal lines are equal bytes.
    with (
        path.open("rb") as plain,
        zipped.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed)
    path.unlink()
    return zipped
