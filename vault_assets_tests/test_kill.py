"""A run killed in the middle, then run again: the same rows as without the kill, nothing twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from vault_assets.model.reading import read_warehouse
from vault_assets.samples import social
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

pytestmark = pytest.mark.slow

# What differs between two loads of the same files by their nature.
TIMES = ("load_ts", "batch_id")
LOAD = """
import sys
from pathlib import Path
from vault_assets.landing.store import open_store
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.vault import load_vault_table
from vault_assets.model.reading import read_warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

settings = Settings()
warehouse = read_warehouse(Path(sys.argv[1]))
store = open_store(settings)
with DuckLake("social", settings) as lake:
    for name in warehouse.sources:
        register(lake, store, warehouse, name)
        print("registered", name, flush=True)
    for name in warehouse.sources:
        stage_batches(lake, store, warehouse, name, run_id="run")
        print("staged", name, flush=True)
    for _, name, _ in warehouse.vault_tables():
        load_vault_table(lake, warehouse, name, run_id="run")
        print("loaded", name, flush=True)
    for name in warehouse.marts:
        build_mart(lake, warehouse, name)
        print("built", name, flush=True)
"""


DECLARATION = Path(__file__).parents[1] / "vault_assets" / "defs" / "social" / "defs.yaml"
SOCIAL = read_warehouse(DECLARATION)


def settings_in(folder: Path, landing: Path) -> Settings:
    return Settings(
        home=folder / "home",
        landing=str(landing),
        data=str(folder / "data"),
        catalog=str(folder / "lake.ducklake"),
    )


def start(settings: Settings) -> subprocess.Popen[str]:
    names = ("home", "landing", "data", "catalog")
    environment = {f"VAULT_ASSETS_{name.upper()}": str(getattr(settings, name)) for name in names}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD, str(DECLARATION)],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run_to_the_end(settings: Settings) -> None:
    process = start(settings)
    process.communicate(timeout=120)
    assert process.returncode == 0


def kill_after(settings: Settings, line: str, delay: float) -> None:
    process = start(settings)
    assert process.stdout
    for said in process.stdout:
        if said.strip() == line:
            break
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    assert process.returncode == -signal.SIGKILL


def contents(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table, without load times and batch ids."""
    found = {}
    with DuckLake("social", settings) as lake:
        connection = lake.connection()
        for layer, name, _ in SOCIAL.tables():
            found[f"{layer}.{name}"] = _rows(connection, f"{layer}.{name}")
        found["counters"] = connection.execute(
            "select table_name, stage, rows_in, inserted, unchanged, duplicate, quarantined "
            "from registry.applied order by all"
        ).fetchall()
    return found


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
    kept = ", ".join(f'"{name}"' for name in columns if name not in TIMES)
    return connection.execute(f"select {kept} from {table} order by all").fetchall()


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    social.generate(folder, scale=0.02)
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    landing: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[object, ...]]]:
    settings = settings_in(tmp_path_factory.mktemp("undisturbed"), landing)
    run_to_the_end(settings)
    return contents(settings)


@pytest.mark.parametrize(
    ("line", "delay"),
    [
        ("registered group_log", 0.05),
        ("staged groups", 0.1),
        ("staged group_log", 0.02),
        ("loaded h_dialogs", 0.05),
        ("loaded s_group_private_status", 0.15),
        ("built group_conversion", 0.02),
    ],
)
def test_a_killed_load_goes_on_where_it_was(
    tmp_path: Path,
    landing: Path,
    undisturbed: dict[str, list[tuple[object, ...]]],
    line: str,
    delay: float,
) -> None:
    settings = settings_in(tmp_path, landing)
    kill_after(settings, line, delay)
    run_to_the_end(settings)
    found = contents(settings)
    for table, rows in undisturbed.items():
        assert found[table] == rows, table


def test_two_kills_and_a_rerun_after_success_change_nothing(
    tmp_path: Path,
    landing: Path,
    undisturbed: dict[str, list[tuple[object, ...]]],
) -> None:
    settings = settings_in(tmp_path, landing)
    kill_after(settings, "staged users", 0.2)
    kill_after(settings, "loaded l_admins", 0.1)
    run_to_the_end(settings)
    run_to_the_end(settings)
    assert contents(settings) == undisturbed
