"""Places to run a warehouse in: a catalog database, prefixes in both buckets, a folder."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from vault_assets.landing.objects import Store
from vault_assets.landing.store import open_store
from vault_assets.local.services import Services
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

_numbers = itertools.count()
INSTANCE = "telemetry: {enabled: false}\n"
COMMAND = (sys.executable, "-c", "from vault_assets.cli.app import main; main()")


@dataclass(frozen=True)
class Place:
    """Where a warehouse lives; `environment` says so to other processes."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def store(self) -> Store:
        """The landing."""
        return open_store(Settings())

    def lake(self, warehouse: str = "social") -> DuckLake:
        """Return the lake; the caller closes it."""
        return DuckLake(warehouse, Settings())

    def rows(self, query: str, warehouse: str = "social") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.lake(warehouse) as lake:
            return lake.connection().execute(query).fetchall()

    def value(self, query: str, warehouse: str = "social") -> Any:
        """Return the one value of a query."""
        ((value,),) = self.rows(query, warehouse)
        return value

    def call(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `vault-assets` to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


@contextmanager
def served_place(services: Services, folder: Path) -> Iterator[Place]:
    """Make a place on the servers, and point the settings of this process to it."""
    name = f"place_{os.getpid()}_{next(_numbers)}"
    password = services.catalog_password.get_secret_value()
    with psycopg.connect(services.catalog_url, password=password, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield from _at(
        folder,
        VAULT_ASSETS_LANDING=f"{services.landing}/{name}",
        VAULT_ASSETS_DATA=f"{services.data}/{name}",
        VAULT_ASSETS_CATALOG=f"{services.catalog_url.rpartition('/')[0]}/{name}",
        VAULT_ASSETS_CATALOG_PASSWORD=password,
        VAULT_ASSETS_S3_ENDPOINT=services.s3_endpoint,
        VAULT_ASSETS_S3_KEY_ID=services.s3_key_id,
        VAULT_ASSETS_S3_SECRET=services.s3_secret.get_secret_value(),
    )


@contextmanager
def single_process_place(folder: Path) -> Iterator[Place]:
    """Make a place without any server."""
    yield from _at(
        folder,
        VAULT_ASSETS_LANDING=str(folder / "landing"),
        VAULT_ASSETS_DATA=str(folder / "data"),
        VAULT_ASSETS_CATALOG=str(folder / "lake.ducklake"),
    )


def _at(folder: Path, **variables: str) -> Iterator[Place]:
    variables |= {
        "VAULT_ASSETS_HOME": str(folder / "home"),
        "VAULT_ASSETS_REPORTS": str(folder / "reports"),
        "VAULT_ASSETS_MEMORY_LIMIT": "1GB",
        "DAGSTER_HOME": str(folder / "dagster"),
    }
    (folder / "dagster").mkdir(exist_ok=True)
    (folder / "dagster" / "dagster.yaml").write_text(INSTANCE)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VAULT_ASSETS_")]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield Place(folder, dict(os.environ))
