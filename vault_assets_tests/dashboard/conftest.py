"""Every shipped warehouse, loaded once, in lakes without servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.places import Place, single_process_place
from vault_assets_tests.shipped import SHIPPED, load


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the lakes; tests of it only look."""
    folder = tmp_path_factory.mktemp("dashboard")
    (folder / "landing").mkdir()
    with single_process_place(folder):
        for name in SHIPPED:
            load(name, folder / "landing")
    return folder


@pytest.fixture
def shown(loaded: Path) -> Iterator[Place]:
    """The loaded lakes, as the settings of this test."""
    with single_process_place(loaded) as place:
        yield place


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """A place where nothing is loaded."""
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as place:
        yield place
