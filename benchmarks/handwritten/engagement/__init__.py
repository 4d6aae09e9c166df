"""Load the files of warehouse `engagement` with plain SQL scripts, one transaction per table."""

import datetime as dt
import tempfile
from pathlib import Path

import duckdb

from benchmarks.handwritten import script
from vault_assets.settings import Settings

HERE = Path(__file__).parent
FILES = {"events": "events.csv", "payments": "payments_data.csv", "posts": "posts.csv"}


def run(settings: Settings, told: script.Clock = lambda _: None) -> None:
    """Load what is new, write the reports of its dates; arguments as in `script.run`."""
    with tempfile.TemporaryDirectory() as spill:
        con = connect(settings, Path(spill))
        try:
            touched = {}
            for source, path, date in _new_files(con, settings.landing):
                _load(con, source, path, date, told)
                touched[date] = True
            for date in touched:
                _report(con, settings.landing, date)
                told("mart.user_reports")
        finally:
            con.execute("use memory")
            con.execute("detach lake")
            con.close()


def connect(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the lake attached; it is created if there is none."""
    return script.connect(settings, spill, schema=HERE / "schema.sql")


def _new_files(con: duckdb.DuckDBPyConnection, landing: str) -> list[tuple[str, str, str]]:
    """Return (source, path, date) of files not seen yet."""
    seen = {path for (path,) in con.execute("select path from etl.batches").fetchall()}
    found: list[tuple[str, str, str]] = []
    for source, file in FILES.items():
        pattern = f"{landing}/engagement/{source}/etl_date=*/{file}"
        paths = con.execute("select file from glob(?) order by file", [pattern]).fetchall()
        found += [(source, path, path.split("=")[-1][:10]) for (path,) in paths if path not in seen]
    return found


def _load(
    con: duckdb.DuckDBPyConnection, source: str, path: str, date: str, told: script.Clock
) -> None:
    load_ts = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    batch_id = f"{source}-{load_ts:%Y%m%d%H%M%S%f}"
    script.variables(con, path=path, batch_id=batch_id, load_ts=load_ts)
    con.execute("set variable etl_date = ?::date", [date])
    read, insert = (HERE / "read" / f"{source}.sql").read_text(encoding="utf-8").split("\n\n", 1)
    # Committed before the load begins: row ids of an open transaction do not start at 0.
    con.execute(read)
    with script.transaction(con):
        con.execute(
            "insert into etl.batches values (?, ?, ?, ?, ?)",
            [batch_id, source, path, load_ts, date],
        )
        con.execute(insert)
    told(f"stage.{source}")
    with script.transaction(con):
        con.execute(f"delete from mart.{source} where etl_date = getvariable('etl_date')")
        con.execute((HERE / "mart" / f"{source}.sql").read_text(encoding="utf-8"))
    told(f"mart.{source}")


def _report(con: duckdb.DuckDBPyConnection, landing: str, date: str) -> None:
    con.execute("set variable etl_date = ?::date", [date])
    with script.transaction(con):
        con.execute("delete from mart.user_reports where etl_date = getvariable('etl_date')")
        con.execute((HERE / "mart" / "user_reports.sql").read_text(encoding="utf-8"))
    # Beside the files of ours, which all variants share.
    target = f"{landing}/by_hand/etl_date={date}"
    if "://" not in target:
        Path(target).mkdir(parents=True, exist_ok=True)
    con.execute(
        "copy (select * exclude etl_date from mart.user_reports "
        "where etl_date = getvariable('etl_date') order by user_id) "
        f"to '{target}/user_report.csv' (header)"
    )
