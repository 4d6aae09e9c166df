"""The engine: DuckDB with our extensions and limits, and the secrets that a lake needs."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
from duckdb_extensions import import_extension

from vault_assets.model.names import literal
from vault_assets.settings import Settings

# DuckLake's own defaults give up under four writers; with these all of them commit.
_RETRY_SETTINGS = {
    "ducklake_max_retry_count": 100,
    "ducklake_retry_wait_ms": 50,
    "ducklake_retry_backoff": 1.0,
}
_HTTP_SETTINGS = {
    "http_timeout": 15,
    "http_retries": 6,
    "http_retry_wait_ms": 200,
    "http_retry_backoff": 1.5,
}


def engine(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with our extensions and limits; nothing is downloaded.

    Args:
        settings: Memory limit and threads.
        spill: Folder for rows that do not fit into memory.
    """
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    for extension in ("ducklake", "postgres_scanner", "httpfs"):
        import_extension(extension, con=connection)
        connection.execute(f"load {extension}")
    options: dict[str, object] = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(spill),
        "TimeZone": "UTC",
        "preserve_insertion_order": True,
        **_RETRY_SETTINGS,
        **_HTTP_SETTINGS,
    }
    if settings.threads:
        options["threads"] = settings.threads
    for name, value in options.items():
        shown = literal(value) if isinstance(value, str) else value
        connection.execute(f"set {name} = {shown}")
    # In a notebook without ipywidgets even switching the bar off is refused; then there is none.
    with suppress(duckdb.InvalidInputException):
        connection.execute("set enable_progress_bar = false")
    return connection


def create_catalog_secrets(
    connection: duckdb.DuckDBPyConnection, settings: Settings, warehouse: str, data: str
) -> None:
    """Give the connection access to the catalog in Postgres, and name the lake in it."""
    url = urlsplit(settings.catalog)
    connection.execute(
        f"create or replace secret catalog (type postgres, host {literal(url.hostname or '')}, "
        f"port {url.port or 5432}, user {literal(url.username or '')}, "
        f"database {literal(url.path.lstrip('/'))}, "
        f"password {literal(settings.catalog_password.get_secret_value())})"
    )
    connection.execute(
        "create or replace secret lake (type ducklake, metadata_path '', "
        f"data_path {literal(data)}, metadata_schema {literal(warehouse)}, "
        "metadata_parameters map {'TYPE': 'postgres', 'SECRET': 'catalog'})"
    )


def create_s3_secret(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give the connection access to the S3 server of the settings."""
    parts = [
        "type s3",
        f"key_id {literal(settings.s3_key_id)}",
        f"secret {literal(settings.s3_secret.get_secret_value())}",
        f"region {literal(settings.s3_region)}",
    ]
    if settings.s3_endpoint:
        url = urlsplit(settings.s3_endpoint)
        parts += [
            f"endpoint {literal(url.netloc)}",
            "url_style 'path'",
            f"use_ssl {str(url.scheme == 'https').lower()}",
        ]
    connection.execute(f"create or replace secret store ({', '.join(parts)})")


def without_secrets(text: str, settings: Settings) -> str:
    """Return a message with the secrets of the settings blanked."""
    for secret in (settings.catalog_password, settings.s3_secret):
        if secret.get_secret_value():
            text = text.replace(secret.get_secret_value(), "***")
    return text
