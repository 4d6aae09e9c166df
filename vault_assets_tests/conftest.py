"""Real servers once per test process, and a warehouse of its own for whoever asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from vault_assets.local.services import Services
from vault_assets_tests.places import Place, served_place
from vault_assets_tests.servers import local_services, service_home


class ByFile(LoadFileScheduling):
    """Gives each process whole files; the pages of the dashboard, which share lakes, go to one."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder = path.rpartition("/")[0]
        return folder if folder.endswith("/dashboard") else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Share the tests by file, as `--dist loadfile` does, but for what belongs together."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with slow tests first: processes that share the files then end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Postgres and an S3 server."""
    with service_home() as home, local_services(home) as running:
        yield running


@pytest.fixture
def place(services: Services, tmp_path: Path) -> Iterator[Place]:
    """An empty lake and landing on the servers; this process's settings point to it."""
    with served_place(services, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def module_place(
    services: Services, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """The same for all tests of a module, which then only look."""
    folder = tmp_path_factory.mktemp(request.module.__name__.rpartition(".")[2])
    with served_place(services, folder) as found:
        yield found
