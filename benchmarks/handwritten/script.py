"""Load the files of warehouse `social` with plain SQL scripts: one transaction per table.

The scripts read session variables `path`, `batch_id` and `load_ts`. A run takes up files that it
has not seen, loads each table from the batches that it has not applied, and replaces the marts.
"""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
from duckdb_extensions import import_extension

from vault_assets.settings import Settings

HERE = Path(__file__).parent
MARTS = HERE.parents[1] / "sql" / "social" / "mart"
SOURCES = ("users", "groups", "dialogs", "group_log")
TABLES = {
    "h_users": "users",
    "h_groups": "groups",
    "h_dialogs": "dialogs",
    "l_user_message": "dialogs",
    "l_admins": "groups",
    "l_groups_dialogs": "dialogs",
    "l_user_group_activity": "group_log",
    "s_user_chatinfo": "users",
    "s_user_socdem": "users",
    "s_group_name": "groups",
    "s_group_private_status": "groups",
    "s_dialog_info": "dialogs",
    "s_auth_history": "group_log",
    "s_admins": "groups",
}
MART_PARAMETERS = {"group_conversion": {"groups": 10}, "writer_age": {"groups": 10}}

Clock = Callable[[str], object]


def run(settings: Settings, told: Clock = lambda _: None) -> None:
    """Load what is new.

    Args:
        settings: Where files, catalog and data are; memory and threads.
        told: Called with the name of each table when it is done.
    """
    with tempfile.TemporaryDirectory() as spill:
        con = connect(settings, Path(spill))
        try:
            _load(con, settings, told)
        finally:
            con.execute("use memory")
            con.execute("detach lake")
            con.close()


def connect(
    settings: Settings, spill: Path, schema: Path = HERE / "schema.sql"
) -> duckdb.DuckDBPyConnection:
    """Return a connection with the lake attached; it is created with a schema if there is none."""
    con = duckdb.connect()
    for extension in ("ducklake", "postgres_scanner", "httpfs"):
        import_extension(extension, con=con)
        con.execute(f"load {extension}")
    con.execute(f"set memory_limit = '{settings.memory_limit}'; set temp_directory = '{spill}'")
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    if settings.threads:
        con.execute(f"set threads = {settings.threads}")
    con.execute(f"attach '{_place(con, settings)}' as lake {_options(settings)}")
    con.execute("use lake")
    con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    if not con.execute("from duckdb_schemas() where schema_name = 'etl'").fetchall():
        con.execute("call lake.set_option('data_inlining_row_limit', 0)")
        con.execute("call lake.set_option('parquet_compression', 'zstd')")
        with transaction(con):
            con.execute(schema.read_text(encoding="utf-8"))
    return con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or undo it."""
    con.execute("begin")
    try:
        yield
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise


def _place(con: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    if settings.data.startswith("s3://"):
        url = urlsplit(settings.s3_endpoint)
        con.execute(
            f"create secret (type s3, key_id '{settings.s3_key_id}', "
            f"secret '{settings.s3_secret.get_secret_value()}', region '{settings.s3_region}', "
            f"endpoint '{url.netloc}', url_style 'path', use_ssl {url.scheme == 'https'})"
        )
    if not settings.catalog.startswith("postgres"):
        return f"ducklake:{settings.catalog}"
    url = urlsplit(settings.catalog)
    con.execute(
        f"create secret catalog (type postgres, host '{url.hostname}', port {url.port}, "
        f"user '{url.username}', database '{url.path[1:]}', "
        f"password '{settings.catalog_password.get_secret_value()}')"
    )
    con.execute(
        f"create secret lake (type ducklake, metadata_path '', data_path '{settings.data}/', "
        "metadata_schema 'byhand', metadata_parameters map {'TYPE': 'postgres', "
        "'SECRET': 'catalog'})"
    )
    return "ducklake:lake"


def _options(settings: Settings) -> str:
    served = settings.catalog.startswith("postgres")
    return "" if served else f"(data_path '{settings.data}/')"


def _load(con: duckdb.DuckDBPyConnection, settings: Settings, told: Clock) -> None:
    new = _new_files(con, settings.landing)
    for source, path, load_ts in new:
        _stage(con, source, path, load_ts)
        told(f"stage.{source}")
    batches = con.execute(
        "select source, batch_id, load_ts from etl.batches order by load_ts"
    ).fetchall()
    applied = set(con.execute("select table_name, batch_id from etl.applied").fetchall())
    by_time: dict[dt.datetime, dict[str, str]] = {}
    for source, batch_id, load_ts in batches:
        by_time.setdefault(load_ts, {})[source] = batch_id
    changed = False
    for load_ts, delivered in by_time.items():
        for table, source in TABLES.items():
            batch_id = delivered.get(source)
            if batch_id and (f"vault.{table}", batch_id) not in applied:
                _apply(con, table, source, batch_id, load_ts)
                told(f"vault.{table}")
                changed = True
    for file in sorted(MARTS.glob("*.sql")) if changed else ():
        _replace(con, file.stem, file.read_text(encoding="utf-8"))
        told(f"mart.{file.stem}")


def _new_files(con: duckdb.DuckDBPyConnection, landing: str) -> list[tuple[str, str, dt.datetime]]:
    """Return (source, path, load time) of files not seen yet; those of one date share a time."""
    seen = {path for (path,) in con.execute("select path from etl.batches").fetchall()}
    found = con.execute(
        f"select file from glob('{landing}/social/*/load_date=*/*.csv') order by file"
    ).fetchall()
    dates: dict[str, list[tuple[str, str]]] = {}
    for (path,) in found:
        source, date = path.split("/")[-3:-1]
        if path not in seen:
            dates.setdefault(date, []).append((source, path))
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return [
        (source, path, now + dt.timedelta(microseconds=place))
        for place, date in enumerate(sorted(dates))
        for source, path in sorted(dates[date], key=lambda item: SOURCES.index(item[0]))
    ]


def _stage(con: duckdb.DuckDBPyConnection, source: str, path: str, load_ts: dt.datetime) -> None:
    batch_id = f"{source}-{load_ts:%Y%m%d%H%M%S%f}"
    variables(con, path=path, batch_id=batch_id, load_ts=load_ts)
    con.execute((HERE / "read" / f"{source}.sql").read_text(encoding="utf-8"))
    with transaction(con):
        con.execute(
            "insert into etl.batches values (?, ?, ?, ?)", [batch_id, source, path, load_ts]
        )
        _script(con, f"stage.{source}", HERE / "stage" / f"{source}.sql", batch_id, load_ts)
    con.execute("drop table delivered; drop table bad")


def _apply(
    con: duckdb.DuckDBPyConnection, table: str, source: str, batch_id: str, load_ts: dt.datetime
) -> None:
    variables(con, batch_id=batch_id, load_ts=load_ts)
    if table == next(name for name, of in TABLES.items() if of == source) and source != "group_log":
        con.execute((HERE / "vault" / f"repeated_{source}.sql").read_text(encoding="utf-8"))
    with transaction(con):
        _script(con, f"vault.{table}", HERE / "vault" / f"{table}.sql", batch_id, load_ts)


def _script(
    con: duckdb.DuckDBPyConnection, table: str, file: Path, batch_id: str, load_ts: dt.datetime
) -> None:
    """Run a script; its first insert fills the table, those behind it the quarantine."""
    inserted = []
    for statement in con.extract_statements(file.read_text(encoding="utf-8")):
        result = con.execute(statement)
        if statement.type == duckdb.StatementType.INSERT:
            inserted += result.fetchone() or ()
    con.execute(
        "insert into etl.applied values (?, ?, ?, ?, ?)",
        [table, batch_id, load_ts, inserted[0], sum(inserted[1:])],
    )


def _replace(con: duckdb.DuckDBPyConnection, mart: str, query: str) -> None:
    parameters = MART_PARAMETERS.get(mart, {})
    table = f"mart.{mart}"
    with transaction(con):
        known = con.execute(
            "from duckdb_tables() where schema_name = 'mart' and table_name = ?", [mart]
        ).fetchall()
        if known:
            con.execute(f"delete from {table}")
            con.execute(f"insert into {table} {query}", parameters)
        else:
            con.execute(f"create table {table} as {query}", parameters)


def variables(con: duckdb.DuckDBPyConnection, **values: object) -> None:
    """Set session variables."""
    for name, value in values.items():
        con.execute(f"set variable {name} = ?", [value])
