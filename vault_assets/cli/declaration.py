"""`check`, `doctor`: is the declaration right, and does everything answer?"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import typer
import yaml
from pydantic import ValidationError
from rich.markup import escape
from rich.text import Text

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import declaration_files, warehouses
from vault_assets.errors import DeclarationError, SettingsError, VaultAssetsError
from vault_assets.landing.store import open_store
from vault_assets.loading.audits import Audit
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.exporting import refuse_landing_keys
from vault_assets.local.resolve import resolved
from vault_assets.model import Table, Warehouse
from vault_assets.model.reading import line_of, located, read_warehouse
from vault_assets.settings import Settings
from vault_assets.sql.checking import check_plans
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.query_plans import query_table
from vault_assets.sql.tracing import mart_tables
from vault_assets.targets.engine import engine
from vault_assets.targets.opening import open_target

console = terminal()
_PLACES = {"ducklake": "lake", "vertica": "schemas on Vertica of"}


def check() -> None:
    """Validate every declaration and mart query, without running anything."""
    broken = 0
    for path in declaration_files(Settings()):
        try:
            warehouse = read_warehouse(path)
            for _, name, _ in warehouse.vault_tables():
                vault_plan(warehouse, name)
            for _, name, _ in warehouse.query_tables():
                query_table(warehouse, name)
            for name in warehouse.marts:
                with _placed(path, ("marts", name)):
                    mart_tables(warehouse, name)
            with _placed(path, ("marts",)):
                check_plans(warehouse)
            for name in warehouse.marts:
                refuse_landing_keys(warehouse, name)
            for field, name, table in _tables(warehouse):
                with _placed(path, (field, name, "checks")):
                    _parse(declared_audits(table))
        except (DeclarationError, ValidationError) as error:
            broken += 1
            told = located(path, error) if isinstance(error, ValidationError) else error
            console.print(Text(str(told), "red"), soft_wrap=True)
        else:
            count = sum(1 for _ in warehouse.tables())
            console.print(f"{warehouse.name}: {len(warehouse.sources)} sources, {count} tables, ok")
    if broken:
        raise typer.Exit(1)


def _tables(warehouse: Warehouse) -> Iterator[tuple[str, str, Table]]:
    """Yield every table with the key of the declaration that it is below."""
    yield from (("sources", name, source) for name, source in warehouse.sources.items())
    yield from warehouse.vault_tables()
    yield from warehouse.query_tables()
    yield from (("marts", name, mart) for name, mart in warehouse.marts.items())


@contextmanager
def _placed(path: Path, place: tuple[str, ...]) -> Iterator[None]:
    """Say in which line of the declaration a query is named that is wrong."""
    try:
        yield
    except DeclarationError as error:
        told = str(error)
        if told.startswith(str(path)):
            raise
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        line = line_of(root, ("attributes", *place))
        raise DeclarationError(f"{'.'.join(place)}: {told}", where=f"{path}:{line}") from error


def _parse(audits: Iterable[Audit]) -> None:
    with duckdb.connect() as connection:
        for audit in audits:
            try:
                connection.extract_statements(audit.sql)
            except duckdb.ParserException as error:
                raise DeclarationError(f"check {audit.name!r} is no SQL: {error}") from error


def doctor() -> None:
    """Say what works, what does not, and how to mend it."""
    ill = 0
    for what, probe in _probes():
        try:
            _say("ok", "green", what, probe())
        except (VaultAssetsError, ValidationError, duckdb.Error, psycopg.Error) as error:
            ill += 1
            _say("not ok", "red", what, str(error))
    if ill:
        raise typer.Exit(1)


def _say(state: str, color: str, what: str, text: str) -> None:
    mark = f"[{color}]{state:<6}[/]"
    console.print(f"{mark} {what}: {escape(text)}", highlight=False, soft_wrap=True)


def _probes() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "settings", _settings
    try:
        settings = resolved()
    except (SettingsError, ValidationError):
        return  # said by the probe before
    yield "extensions", lambda: _extensions(settings)
    yield "store", lambda: _store(settings)
    yield "declarations", lambda: ", ".join(warehouses(settings))
    try:
        names = list(warehouses(settings))
    except VaultAssetsError:
        return
    for name in names:
        yield f"{_PLACES[settings.target]} {name}", lambda name=name: _lake(name, settings)


def _extensions(settings: Settings) -> str:
    connection = engine(settings, settings.home)
    loaded = connection.execute(
        "select extension_name from duckdb_extensions() where loaded order by all"
    ).fetchall()
    connection.close()
    wanted = {"ducklake", "httpfs", "postgres_scanner"}
    return ", ".join(name for (name,) in loaded if name in wanted)


def _settings() -> str:
    settings = resolved()
    if settings.target == "vertica":
        place = f"{settings.vertica_host}:{settings.vertica_port}"
        return f"Vertica at {place}, TLS {settings.vertica_tlsmode}, landing {settings.landing}"
    form = "served" if settings.catalog.startswith("postgres") else "single process"
    return f"{form}, landing {settings.landing}, data {settings.data}, catalog {settings.catalog}"


def _store(settings: Settings) -> str:
    open_store(settings).ensure()
    return f"{settings.landing} answers"


def _lake(name: str, settings: Settings) -> str:
    with open_target(name, settings) as lake:
        found = lake.session().value(
            "select count(*) from duckdb_tables() where database_name = current_database()"
        )
    return f"attached, {found} tables"


def add_to(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command()(check)
    app.command()(doctor)
