"""Real servers for the tests: each stops, and takes its data with it, when its block ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vault_assets.local.services import Services, down, up
from vault_assets.local.state import load
from vault_assets.settings import Settings


@contextmanager
def service_home() -> Iterator[Path]:
    """Give an empty folder for local services; stop what runs there and delete it in the end.

    It is not below `tmp_path`, which Postgres's account could not enter when root runs the tests.
    """
    home = Path(tempfile.mkdtemp(prefix="vault-assets-tests-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        down(home)
        shutil.rmtree(home)


@contextmanager
def local_services(home: Path) -> Iterator[Services]:
    """Run Postgres and S3 below `home`, such as one of `service_home`; stop them in the end."""
    try:
        yield up(home)
    finally:
        down(home)
        _remove_substitute(home)


@contextmanager
def s3_server(folder: Path) -> Iterator[Settings]:
    """Run S3 alone below `folder`; give settings with its address, key and both buckets.

    What lies in `folder/services/s3/landing` before the start is in the bucket; later additions
    by hand are not seen.
    """
    try:
        yield settings_of(up(folder, postgres=False))
    finally:
        down(folder)


def settings_of(services: Services, **more: Any) -> Settings:
    """Return settings that use these services and nothing of the environment."""
    fields = {
        "landing": services.landing,
        "data": services.data,
        "catalog": services.catalog_url,
        "catalog_password": services.catalog_password,
        "s3_endpoint": services.s3_endpoint,
        "s3_key_id": services.s3_key_id,
        "s3_secret": services.s3_secret,
    }
    return Settings.model_construct(**(fields | more))


def _remove_substitute(home: Path) -> None:
    postgres = load(home).postgres
    if postgres and not Path(postgres.folder).is_relative_to(home.resolve()):
        shutil.rmtree(Path(postgres.folder).parent)
