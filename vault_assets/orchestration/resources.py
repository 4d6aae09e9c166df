"""Resources: the lake and the object store, as extensions of Dagster's own DuckDB and S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import duckdb
from botocore.config import Config
from dagster import InitResourceContext
from dagster_aws.s3 import S3Resource
from dagster_duckdb import DuckDBResource
from pydantic import PrivateAttr, SecretStr

from vault_assets.landing.store import Store, open_store
from vault_assets.local.resolve import resolved
from vault_assets.settings import Settings
from vault_assets.targets.opening import open_target
from vault_assets.targets.target import Target


class LakeResource(DuckDBResource):
    """The lakes of all warehouses, one connection each for the life of a run.

    What is not given here comes from the environment (`VAULT_ASSETS_*`). Wire it as
    `shared_resources` does: a lake constructed with values is copied into each resource that
    holds it, and every copy opens an engine, of which a file catalog admits one.
    """

    database: str = ":memory:"
    _lakes: dict[str, Target] = PrivateAttr(default_factory=dict)

    def of(self, warehouse: str) -> Target:
        """Return the lake of a warehouse, opened at its first use."""
        if warehouse not in self._lakes:
            self._lakes[warehouse] = open_target(warehouse)
        return self._lakes[warehouse]

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection of its own with nothing attached; it is closed in any case."""
        connection = duckdb.connect(self.database, config=self.connection_config)
        try:
            yield connection
        finally:
            connection.close()

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close the connections at the end of the run."""
        del context
        self.close()

    def close(self) -> None:
        """Close all connections; another process may then open a file catalog."""
        while self._lakes:
            self._lakes.popitem()[1].close()


class StoreResource(S3Resource):
    """The landing store; what is not given here comes from the environment."""

    _store: Store | None = PrivateAttr(default=None)

    def settings(self) -> Settings:
        """Return the settings with what this resource overrides."""
        found = resolved()
        changes: dict[str, Any] = {
            "s3_endpoint": self.endpoint_url,
            "s3_region": self.region_name,
            "s3_key_id": self.aws_access_key_id,
            "s3_secret": SecretStr(self.aws_secret_access_key or ""),
        }
        return found.model_copy(update={k: v for k, v in changes.items() if v})

    def open(self) -> Store:
        """Return the store that files land in, opened at its first use."""
        if self._store is None:
            self._store = open_store(self.settings())
        return self._store

    def get_object_to_set_on_execution_context(self) -> "StoreResource":
        """Return itself as `context.resources.store`: a boto3 client in each step costs 0.3 s."""
        return self

    def get_client(self) -> Any:
        """Return a boto3 client for the same server, for assets that want one."""
        settings = self.settings()
        return boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint or None,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_key_id or None,
            aws_secret_access_key=settings.s3_secret.get_secret_value() or None,
            # Other servers than AWS refuse the newer checksums and virtual-host addresses.
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
