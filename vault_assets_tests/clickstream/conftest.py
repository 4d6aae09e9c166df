"""A shop in memory, empty or with the worked example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets_tests.clickstream.events import example
from vault_assets_tests.clickstream.shop import Shop, shop


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as found:
        yield found


@pytest.fixture
def built(empty: Shop) -> Shop:
    """The worked example, loaded and built."""
    for hour, rows in example().items():
        empty.land(hour, rows)
    return empty.run()
