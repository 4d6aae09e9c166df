"""A shop in memory, and the worked example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.commerce.shops import EXAMPLE, SMALL_THRESHOLDS, Shop, with_settings
from vault_assets_tests.loading.lakes import memory_lake


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with memory_lake() as lake:
        yield Shop(lake, tmp_path, with_settings(**SMALL_THRESHOLDS))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The worked example, built; for tests that only look."""
    with memory_lake() as lake:
        made = Shop(lake, tmp_path_factory.mktemp("example"), with_settings(**SMALL_THRESHOLDS))
        made.land(**EXAMPLE)
        yield made.run()
