"""Real servers for the tests: they stop when their block ends, or their process is killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vault_assets.local.services import Services, down, up
from vault_assets.local.state import load
from vault_assets.settings import Settings

_WATCH = """
import pathlib, sys
sys.stdin.read()
from vault_assets.local.services import down
down(pathlib.Path(sys.argv[1]))
"""


@contextmanager
def service_home() -> Iterator[Path]:
    """Give an empty folder for local services; stop what runs there and delete it in the end.

    It is not below `tmp_path`, which Postgres's account could not enter when root runs the tests.
    """
    home = Path(tempfile.mkdtemp(prefix="vault-assets-tests-"))
    home.chmod(0o755)
    try:
        with _stopped_in_the_end(home):
            yield home
    finally:
        shutil.rmtree(home)


@contextmanager
def local_services(home: Path) -> Iterator[Services]:
    """Run Postgres and S3 below `home`, such as one of `service_home`; stop them in the end."""
    try:
        with _stopped_in_the_end(home):
            yield up(home)
    finally:
        _remove_substitute(home)


@contextmanager
def s3_server(folder: Path) -> Iterator[Settings]:
    """Run S3 alone below `folder`; give settings with its address, key and both buckets.

    What lies in `folder/services/s3/landing` before the start is in the bucket; later additions
    by hand are not seen.
    """
    with _stopped_in_the_end(folder):
        yield settings_of(up(folder, postgres=False))


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


@contextmanager
def _stopped_in_the_end(home: Path) -> Iterator[None]:
    """Stop the services, even if this process is killed: a second one then does it."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", _WATCH, str(home)]
    with subprocess.Popen(
        argv,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as watcher:
        try:
            yield
        finally:
            down(home)
            watcher.kill()


def _remove_substitute(home: Path) -> None:
    postgres = load(home).postgres
    if postgres and not Path(postgres.folder).is_relative_to(home.resolve()):
        shutil.rmtree(Path(postgres.folder).parent)
