"""A server that is killed in the middle of a load and started again over what it had committed."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vault_assets.errors import UnavailableError
from vault_assets.loading.marts import Query, replace_table
from vault_assets.loading.vault import load_vault_table
from vault_assets.targets.vertica import Vertica, client
from vault_assets.targets.vertica.wire import Answer, Wire
from vault_assets_tests.vertica.houses import house
from vault_assets_tests.vertica.parity import declared, land
from vault_assets_tests.vertica.test_target_faults import WHOLE, load_users, patched
from vault_assets_tests.vertica_server.startup import Options

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Process:
    """The stand-in as a process with a file.

    Args:
        folder: Where its file is.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "server.duckdb"
        self.options = Options(password=secrets.token_hex(8))
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it; again on the same port."""
        module = "vault_assets_tests.vertica_server"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, "--port", str(self.port), "--file", str(self._file)],
            env={**os.environ, "VERTICA_STANDIN_PASSWORD": self.options.password},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline().rpartition(":")[2])

    def kill(self) -> None:
        """End it at once, as a loss of power does."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def restart(self) -> None:
        """Kill and start it."""
        self.kill()
        self.start()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    found = Process(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def target(process: Process, tmp_path: Path) -> Iterator[Vertica]:
    land("social", tmp_path / "landing", 0.001)
    with house(process, tmp_path, "social") as found:
        yield found


def loaded(target: Vertica) -> None:
    """Load until nothing is left to do, as a scheduler does; find each row once."""
    try:
        found = load_users(target)
    except UnavailableError:  # it only read when the server went away
        found = load_users(target)
    assert found == WHOLE
    again = load_vault_table(target, declared("social"), "h_users", run_id="again")
    assert again.rows_written == 0


@pytest.mark.parametrize("number", [10, 50, 75, 95])
def test_a_load_survives_a_restart_at_any_statement(
    target: Vertica, process: Process, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    sent: list[str] = []

    def fault(wire: Wire, sql: str, real: Callable[[], Answer]) -> Answer:
        del wire
        sent.append(sql)
        if len(sent) == number:
            process.restart()
        return real()

    patched(monkeypatch, fault)
    loaded(target)
    assert len(sent) > number


def test_a_load_survives_a_restart_after_each_commit(
    target: Vertica, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[str] = []

    def fault(wire: Wire, sql: str, real: Callable[[], Answer]) -> Answer:
        answer = real()
        if sql == "commit":
            commits.append(sql)
            if len(commits) in {1, 3, 5}:  # the answer to every second is lost
                process.restart()
                wire.close()
                raise client.client().errors.ConnectionError("connection reset")
        return answer

    patched(monkeypatch, fault)
    loaded(target)
    assert len(commits) > 5


@pytest.mark.parametrize("answered", [False, True])
def test_a_table_with_other_columns_survives_a_restart(
    target: Vertica, process: Process, monkeypatch: pytest.MonkeyPatch, *, answered: bool
) -> None:
    restarts: list[str] = []

    def fault(wire: Wire, sql: str, real: Callable[[], Answer]) -> Answer:
        del wire
        if restarts or not sql.startswith("alter table"):
            return real()
        restarts.append(sql)
        if answered:
            real()
        process.restart()
        raise client.client().errors.ConnectionError("connection reset")

    replace_table(target, "mart", "numbers", Query("select 1 as a, 2 as b"))
    patched(monkeypatch, fault)
    replace_table(target, "mart", "numbers", Query("select 'x' as a, range as c from range(3)"))
    assert restarts
    rows = target.relation('select * from "mart"."numbers" order by all').fetchall()
    assert rows == [("x", 0), ("x", 1), ("x", 2)]


def test_tables_and_their_design_outlive_a_restart(target: Vertica, process: Process) -> None:
    loaded(target)
    asked = (
        "select table_schema, table_name, segment_expression, sort_expression "
        "from v_catalog.tables order by 1, 2"
    )
    before = target.connection().wire.run(asked).rows
    process.restart()
    target.close()
    assert target.connection().wire.run(asked).rows == before
    assert any("hk_user_id" in row[2] for row in before)
    loaded(target)
