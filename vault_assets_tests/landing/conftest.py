from collections.abc import Iterator

import pytest

from vault_assets.settings import Settings
from vault_assets_tests.servers import s3_server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        yield settings
