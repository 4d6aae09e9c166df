"""Load the files of warehouse `audio` with a plain DuckDB script, one transaction per table.

Files of a stream are read together; each is a batch of its own. The tables are made from their
first rows. The marts' days are those in the keys of the new files.
"""

import datetime as dt
import tempfile
from pathlib import Path

import duckdb

from benchmarks.handwritten import script
from benchmarks.handwritten.audio import stages, vault
from vault_assets.settings import Settings

HERE = Path(__file__).parent
MARTS = HERE.parents[2] / "sql" / "audio" / "mart"
DAYS = {
    "mart_song_play": "play_start_date",
    "mart_song_play_hourly_metrics": "play_date",
    "mart_song_play_top_10_songs": "play_date",
    "mart_web_activity_daily": "date",
    "mart_plan_changes_daily": "date",
}
"""The column of days of each mart, in the order of loading."""
_ORDERED = {"mart_song_play": " order by user_id, song_name, location_city"}


def run(settings: Settings, told: script.Clock = lambda _: None) -> None:
    """Load what is new; arguments as in `script.run`."""
    with tempfile.TemporaryDirectory() as spill:
        con = connect(settings, Path(spill))
        try:
            con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
            if _register(con, settings.landing):
                _load(con, told)
        finally:
            con.execute("use memory")
            con.execute("detach lake")
            con.close()


def connect(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the lake attached; it is created if there is none."""
    return script.connect(settings, spill, schema=HERE / "schema.sql")


def _register(con: duckdb.DuckDBPyConnection, landing: str) -> bool:
    """Record the new files, each with a load time of its own; say whether there are any."""
    seen = {path for (path,) in con.execute("select path from etl.batches").fetchall()}
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    new = []
    for stream in sorted(stages.STREAMS):  # as Dagster takes up files
        pattern = f"{landing}/audio/{stream}/*/*/*.jsonl*"
        found = con.execute("select file from glob(?) order by file", [pattern]).fetchall()
        for (path,) in found:
            if path not in seen:
                load_ts = now + dt.timedelta(microseconds=len(new))
                day = path.split("date=")[1][:10]
                batch_id = f"{stream}-{load_ts:%Y%m%d%H%M%S%f}"
                new.append((batch_id, stream, path, load_ts, day))
    if new:
        con.executemany("insert into etl.batches values (?, ?, ?, ?, ?)", new)
        script.variables(con, since=now)
    return bool(new)


def _load(con: duckdb.DuckDBPyConnection, told: script.Clock) -> None:
    for stream in stages.STREAMS:
        _stage(con, stream)
        told(f"stage.{stream}")
    for table, query in vault.queries().items():
        for statement in vault.PREPARING.get(table, ()):
            con.execute(statement)
        with script.transaction(con):
            if table in vault.BEFORE:
                con.execute(vault.BEFORE[table])
            con.execute(f"insert into vault.{table} by name {query}")
        told(f"vault.{table}")
    con.execute(
        "create or replace temp table changed_partitions as "
        "select distinct day as partition_value from etl.batches "
        "where load_ts >= getvariable('since')"
    )
    for mart, day in DAYS.items():
        query = (MARTS / f"{mart}.sql").read_text(encoding="utf-8") + _ORDERED.get(mart, "")
        with script.transaction(con):
            con.execute(
                f"delete from mart.{mart} "
                f"where {day} in (select partition_value from changed_partitions)"
            )
            con.execute(f"insert into mart.{mart} by name {query}")
        told(f"mart.{mart}")


def _stage(con: duckdb.DuckDBPyConnection, stream: str) -> None:
    paths = con.execute(
        "select list(path order by path) from etl.batches "
        "where source = ? and load_ts >= getvariable('since')",
        [stream],
    ).fetchone()
    if not paths or not paths[0]:
        return
    script.variables(con, paths=paths[0])
    # Committed before the load begins: row ids of an open transaction do not start at 0.
    con.execute(stages.reading(stream))
    con.execute(stages.placing())
    with script.transaction(con):
        con.execute(f"insert into stage.{stream} by name {stages.staging(stream)}")
        con.execute(f"insert into stage.{stream}_quarantine by name {stages.refusing(stream)}")
    con.execute("drop table delivered; drop table files")
