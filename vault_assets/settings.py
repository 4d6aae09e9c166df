"""Settings: the only module that reads the environment (and `.env`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that differs between installations; each field is `VAULT_ASSETS_<NAME>`.

    What is left empty is taken from the local services of `vault-assets up`, if they run.
    """

    model_config = SettingsConfigDict(
        env_prefix="VAULT_ASSETS_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    target: Literal["ducklake", "vertica"] = Field(
        default="ducklake", description="Where tables are written."
    )
    home: Path = Field(
        default=Path(".vault"),
        description="Folder of local state: services, Dagster's storage, spill files.",
    )
    landing: str = Field(
        default="", description="Where files land: s3://bucket[/prefix] or a folder."
    )
    data: str = Field(
        default="", description="Where tables are kept: s3://bucket/prefix or a folder."
    )
    catalog: str = Field(
        default="",
        description="The lake's catalog: postgresql://user@host:port/database (served), or the "
        "path of a .ducklake file (single process).",
    )
    catalog_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the catalog."
    )
    s3_endpoint: str = Field(
        default="", description="http(s)://host:port of the S3 server; empty = AWS."
    )
    s3_region: str = Field(default="us-east-1", description="Region of the buckets.")
    s3_key_id: str = Field(default="", description="Access key.")
    s3_secret: SecretStr = Field(default=SecretStr(""), description="Secret key.")
    memory_limit: str = Field(default="4GB", description="Memory of the engine, for each process.")
    threads: int = Field(default=0, ge=0, description="Threads of the engine; 0 = one per core.")
    module: str = Field(
        default="vault_assets.definitions",
        description="Module with the Dagster definitions; its folder holds the warehouses.",
    )
    warehouse: str = Field(
        default="", description="Warehouse of commands that name none; empty = the only one."
    )
    reports: Path = Field(
        default=Path("reports"), description="Folder that report files are written to."
    )
    alert_urls: SecretStr = Field(
        default=SecretStr(""), description="Where alerts go: apprise URLs, separated by spaces."
    )
    vertica_host: str = Field(default="", description="Host of a node of Vertica.")
    vertica_port: int = Field(default=5433, description="Its port.")
    vertica_user: str = Field(default="dbadmin", description="Who logs in.")
    vertica_password: SecretStr = Field(default=SecretStr(""), description="The password.")
    vertica_database: str = Field(default="", description="Name of the database.")
    vertica_tlsmode: Literal["disable", "require", "verify-ca", "verify-full"] = Field(
        default="verify-full",
        description="How the connection is encrypted: verify-full checks certificate and host.",
    )
    vertica_ca_file: str = Field(
        default="", description="File of the certificates to trust; empty = the system's."
    )
    vertica_backup_nodes: str = Field(
        default="",
        description="Other nodes, tried in order: host or host:port, separated by spaces.",
    )
    vertica_connection_timeout: float = Field(
        default=10.0, gt=0, description="Seconds to wait for a connection to a node."
    )
    vertica_copy: Literal["client", "server"] = Field(
        default="client",
        description="How rows get into Vertica: streamed by the client, or read by the server's "
        "nodes from S3, where the client has put them.",
    )
    vertica_copy_area: str = Field(
        default="",
        description="With copy by the server, where rows wait for it: s3://bucket/prefix; "
        "empty = _vertica below the landing.",
    )
    vertica_copy_access: Literal["database", "session"] = Field(
        default="database",
        description="How the server may read them: as its administrator has set it up, or with "
        "S3_KEY_ID and S3_SECRET, which each session is told.",
    )
    vertica_label: str = Field(
        default="vault-assets", description="Begin of the label of sessions in v_monitor.sessions."
    )
