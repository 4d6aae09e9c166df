"""`up` and `down` on the real servers."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from vault_assets.errors import ServiceError
from vault_assets.landing.store import open_store
from vault_assets.local.processes import Process, alive, remember, remembered
from vault_assets.local.services import Services, down, running, up
from vault_assets.local.state import folder_of, load, pid_file
from vault_assets_tests.servers import service_home, settings_of

pytestmark = pytest.mark.slow
NAMES = ("postgres", "s3")
UP = """
import pathlib, sys
from vault_assets.local.services import up
up(pathlib.Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with service_home() as folder:
        yield folder


def processes(home: Path) -> list[Process]:
    found = [remembered(pid_file(home, name)) for name in NAMES]
    return [process for process in found if process is not None]


def connect(services: Services) -> psycopg.Connection:
    password = services.catalog_password.get_secret_value()
    return psycopg.connect(services.catalog_url, password=password, autocommit=True)


def works(services: Services) -> bool:
    open_store(settings_of(services)).ensure()
    with connect(services) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def in_another_process(home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", UP, str(home)]
    return subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_up_again_changes_nothing(home: Path) -> None:
    services = up(home)
    before = processes(home)
    assert up(home) == services == running(home)
    assert processes(home) == before
    assert works(services)


def test_the_servers_outlive_the_process_that_started_them(home: Path) -> None:
    down(home)
    answer = in_another_process(home)
    assert answer.returncode == 0, answer.stderr
    services = running(home)
    assert services is not None
    assert works(services)


def test_data_and_ports_are_kept_over_a_restart(home: Path) -> None:
    services = up(home)
    open_store(settings_of(services)).put("kept/a.csv", b"1")
    with connect(services) as connection:
        connection.execute("create table kept as select 42 as answer")
    assert down(home) == ["postgres", "s3"]
    assert up(home) == services
    assert open_store(settings_of(services)).head("kept/a.csv").size == 1
    with connect(services) as connection:
        assert connection.execute("table kept").fetchone() == (42,)


def test_down_stops_everything_though_clients_are_connected(home: Path) -> None:
    services = up(home)
    before = processes(home)
    connection = connect(services)
    assert down(home) == ["postgres", "s3"]
    assert not any(alive(process) for process in before)
    assert running(home) is None
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        connect(services)
    assert down(home) == []


def test_a_port_that_was_taken_meanwhile_is_chosen_anew(home: Path) -> None:
    services = up(home)
    down(home)
    state = load(home)
    assert state.s3 is not None
    with socket.create_server(("127.0.0.1", state.s3.port)):
        moved = up(home)
    assert moved.s3_endpoint != services.s3_endpoint
    assert moved.catalog_url == services.catalog_url
    assert works(moved)


def test_killed_servers_are_started_again(home: Path) -> None:
    services = up(home)
    for process in processes(home):
        os.kill(process.pid, signal.SIGKILL)
    assert up(home) == services
    assert works(services)


def test_a_foreign_process_is_neither_taken_for_ours_nor_killed(home: Path) -> None:
    up(home)
    down(home)
    with subprocess.Popen(["sleep", "60"]) as foreign:
        for name in NAMES:
            remember(pid_file(home, name), Process(foreign.pid, "earlier"))
        assert running(home) is None
        assert down(home) == []
        assert works(up(home))
        assert foreign.poll() is None
        foreign.kill()


def test_postgres_starts_though_its_lock_names_a_foreign_process(home: Path) -> None:
    services = up(home)
    for process in processes(home):
        os.kill(process.pid, signal.SIGKILL)
    state = load(home).postgres
    assert state is not None
    lock = Path(state.folder, "postmaster.pid")
    lines = lock.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as foreign:
        lock.write_text("\n".join([str(foreign.pid), *lines[1:]]) + "\n")
        assert works(up(home))
        foreign.kill()
    assert running(home) == services


def test_two_at_the_same_time_start_one_of_each(home: Path) -> None:
    down(home)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(in_another_process, [home, home]))
    assert [answer.returncode for answer in answers] == [0, 0], answers
    services = running(home)
    assert services is not None
    assert works(services)
    log = (folder_of(home) / "s3.log").read_text().splitlines()
    assert "already in use" not in log[-1]


def test_secrets_are_in_one_private_file_only(home: Path) -> None:
    services = up(home)
    secrets = [services.s3_secret.get_secret_value(), services.catalog_password.get_secret_value()]
    assert stat.S_IMODE((home / "services.json").stat().st_mode) == 0o600
    texts = [path.read_text() for path in folder_of(home).glob("*.*")]
    texts += [Path(f"/proc/{process.pid}/cmdline").read_text() for process in processes(home)]
    texts += [repr(services), services.catalog_url]
    assert not [text for text in texts for secret in secrets if secret in text]


def test_postgres_is_durable_and_local_and_asks_for_the_password(home: Path) -> None:
    services = up(home)
    with connect(services) as connection:
        shown = {
            name: connection.execute(f"show {name}").fetchone()
            for name in ("fsync", "listen_addresses", "unix_socket_directories", "max_connections")
        }
    assert shown == {
        "fsync": ("on",),
        "listen_addresses": ("127.0.0.1",),
        "unix_socket_directories": ("",),
        "max_connections": ("100",),
    }
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(services.catalog_url, password="wrong")


def test_a_lost_password_is_said_and_nothing_is_overwritten(home: Path) -> None:
    up(home)
    down(home)
    saved = home / "services.json"
    saved.rename(home / "aside")
    with pytest.raises(ServiceError, match=r"password \(services.json\) is missing"):
        up(home)
    down(home)
    (home / "aside").replace(saved)
    assert works(up(home))


def test_lost_data_are_said_and_not_replaced_by_empty_ones(home: Path) -> None:
    up(home)
    down(home)
    state = load(home).postgres
    assert state is not None
    folder = Path(state.folder)
    folder.rename(folder.with_name("aside"))
    with pytest.raises(ServiceError, match="the data of the catalog have gone"):
        up(home)
    folder.with_name("aside").rename(folder)
    assert works(up(home))


def test_one_service_can_run_without_the_other() -> None:
    with service_home() as home:
        services = up(home, postgres=False)
        assert services == running(home)
        assert (services.catalog_url, services.landing) == ("", "s3://landing")
        open_store(settings_of(services)).ensure()
        assert down(home) == ["s3"]


def test_the_packaged_postgres_serves_and_keeps_its_data_to_itself() -> None:
    with service_home() as home:
        for system in (False, True):
            services = up(home, system_postgres=system)
            with connect(services) as connection:
                (version,) = connection.execute("show server_version").fetchone() or ("",)
            assert version.startswith("18")
            assert works(services)
            down(home)


def test_a_home_where_nothing_ever_ran_is_left_alone(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    assert down(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text("{")
    with pytest.raises(ServiceError, match=r"services\.json: this file is damaged"):
        running(tmp_path)
