"""`vault-assets run` killed in the middle, then run again: the rows of a run without a kill."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vault_assets.local.services import Services
from vault_assets.samples import social
from vault_assets_tests.places import Place, served_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# Tells each step, so that a test can kill between the lines.
TELLING = """
from vault_assets.orchestration import progress
progress.listeners.append(lambda step: print(step.state, step.asset, flush=True))
from vault_assets.cli.app import main
main()
"""
Contents = dict[str, list[tuple[Any, ...]]]


def started(place: Place) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TELLING, "run", "social"],
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def killed(place: Place, line: str, delay: float) -> None:
    """Run until a line is said and a moment longer."""
    with started(place) as process:
        assert process.stdout
        assert any(said.strip() == line for said in process.stdout), "it ended before that"
        time.sleep(delay)
        process.kill()
    assert process.returncode == -9


def finished(place: Place) -> None:
    with started(place) as process:
        said, _ = process.communicate(timeout=200)
    assert process.returncode == 0, said[-2000:]


def contents(place: Place) -> Contents:
    """Return the rows of every table without load times and batches, and all counters."""
    with place.lake() as lake:
        connection = lake.connection()
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = "
            "current_database() and schema_name in ('stage', 'vault', 'mart') order by 1"
        ).fetchall()
        queries = {table: f"from {table}" for (table,) in tables}
        found = {name: _business(connection, query) for name, query in queries.items()}
        found["counters"] = connection.execute(
            "select table_name, stage, rows_in, inserted, unchanged, duplicate, quarantined "
            "from registry.applied order by all"
        ).fetchall()
    return found


def _business(connection: Any, query: str) -> list[tuple[Any, ...]]:
    names = [row[0] for row in connection.execute(f"describe {query}").fetchall()]
    kept = ", ".join(f'"{name}"' for name in names if name not in {"load_ts", "batch_id"})
    return connection.execute(f"select {kept} {query} order by all").fetchall()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    social.generate(folder, scale=0.002)
    return folder


def land(place: Place, files: Path) -> None:
    for path in files.rglob("*.csv"):
        place.store.put(path.relative_to(files).as_posix(), path)


@pytest.fixture(scope="module")
def undisturbed(
    services: Services, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Contents:
    with served_place(services, tmp_path_factory.mktemp("undisturbed")) as place:
        land(place, files)
        finished(place)
        found = contents(place)
    assert found["vault.h_users"]
    assert found["mart.group_conversion"]
    return found


def test_runs_killed_in_every_layer_end_with_the_rows_of_one_that_was_not(
    place: Place, files: Path, undisturbed: Contents
) -> None:
    land(place, files)
    for line, delay in (
        ("finished social/landing/users", 0.0),
        ("started social/stage/dialogs", 0.15),
        ("started social/vault/l_user_message", 0.1),
        ("started social/mart/group_conversion", 0.05),
    ):
        killed(place, line, delay)
    finished(place)
    found = contents(place)
    assert found.keys() == undisturbed.keys()
    for table, rows in undisturbed.items():
        assert found[table] == rows, table
