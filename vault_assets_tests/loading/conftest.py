from collections.abc import Iterator

import pytest

from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import town


@pytest.fixture
def house() -> Iterator[House]:
    """Give a town in memory, without any batch."""
    with memory_lake() as lake:
        yield House(lake, town())


@pytest.fixture
def mending() -> Iterator[House]:
    """Give a town in memory whose histories accept late batches."""
    with memory_lake() as lake:
        yield House(lake, town(late="repair"))
