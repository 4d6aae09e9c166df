"""Where a benchmark runs: a folder of its own, with files or servers, apart from all else."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from vault_assets.landing.store import open_store
from vault_assets.local.services import down, up
from vault_assets.settings import Settings


@dataclass(frozen=True)
class Place:
    """The lake of one variant and the landing that all variants share.

    Args:
        folder: Its local files.
        environment: Variables of the process that measures.
    """

    folder: Path
    environment: dict[str, str]

    @property
    def settings(self) -> Settings:
        """The settings that the process will read."""
        prefix = "VAULT_ASSETS_"
        return Settings(
            **{
                name.removeprefix(prefix).lower(): value
                for name, value in self.environment.items()
                if name.startswith(prefix)
            }  # pyright: ignore[reportArgumentType]
        )

    def put(self, files: Path) -> None:
        """Let the files below a folder land."""
        store = open_store(self.settings)
        for path in sorted(path for path in files.rglob("*") if path.is_file()):
            store.put(path.relative_to(files).as_posix(), path)


@contextmanager
def places(variants: list[str], memory: str, *, served: bool) -> Iterator[dict[str, Place]]:
    """Give each variant an empty lake in a new folder; all is removed in the end.

    Args:
        variants: Names of the variants.
        memory: Memory limit of the engine.
        served: Catalogs in Postgres and files in S3, on local servers.
    """
    root = Path(tempfile.mkdtemp(prefix="benchmark-"))
    # Postgres runs under another account if root runs the benchmark.
    root.chmod(0o755)
    try:
        if served:
            yield _served(root, variants, memory)
        else:
            yield {name: _local(root, name, memory) for name in variants}
    finally:
        if served:
            down(root)
        shutil.rmtree(root, ignore_errors=True)


def _local(root: Path, variant: str, memory: str) -> Place:
    folder = root / variant.replace(" ", "-")
    (root / "landing").mkdir(exist_ok=True)
    folder.mkdir()
    return Place(
        folder,
        {
            "VAULT_ASSETS_HOME": str(folder / "home"),
            "VAULT_ASSETS_LANDING": str(root / "landing"),
            "VAULT_ASSETS_DATA": str(folder / "data"),
            "VAULT_ASSETS_CATALOG": str(folder / "catalog.ducklake"),
            "VAULT_ASSETS_MEMORY_LIMIT": memory,
        },
    )


def _served(root: Path, variants: list[str], memory: str) -> dict[str, Place]:
    services = up(root)
    found = {}
    for name in variants:
        place = _local(root, name, memory)
        database = f"bench_{name.replace(' ', '_')}"
        server, _, old = services.catalog_url.rpartition("/")
        _create_database(server, old, database, services.catalog_password)
        found[name] = replace(
            place,
            environment=place.environment
            | {
                "VAULT_ASSETS_LANDING": services.landing,
                "VAULT_ASSETS_DATA": f"{services.data.rstrip('/')}/{database}",
                "VAULT_ASSETS_CATALOG": f"{server}/{database}",
                "VAULT_ASSETS_CATALOG_PASSWORD": services.catalog_password.get_secret_value(),
                "VAULT_ASSETS_S3_ENDPOINT": services.s3_endpoint,
                "VAULT_ASSETS_S3_KEY_ID": services.s3_key_id,
                "VAULT_ASSETS_S3_SECRET": services.s3_secret.get_secret_value(),
            },
        )
    return found


def _create_database(server: str, old: str, database: str, password: object) -> None:
    secret = password.get_secret_value()  # pyright: ignore[reportAttributeAccessIssue]
    with psycopg.connect(f"{server}/{old}", password=secret, autocommit=True) as connection:
        connection.execute(f"create database {database}")  # pyright: ignore[reportArgumentType, reportCallIssue]


def process_environment(place: Place) -> dict[str, str]:
    """Return the variables of a measuring process: ours, and nothing that changes Dagster."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_ASSETS_", "DAGSTER_"))}
    return kept | place.environment
