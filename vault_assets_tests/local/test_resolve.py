import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from vault_assets.errors import SettingsError
from vault_assets.local.processes import Launch, remember, start, stop
from vault_assets.local.resolve import resolved
from vault_assets.local.state import PostgresState, S3State, State, folder_of, pid_file, save
from vault_assets.settings import Settings

STATE = State(S3State(2001, "key", "s3-secret"), PostgresState(2002, "/data", "pg-secret"))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give the state of two running services; their processes are mere stand-ins."""
    folder_of(tmp_path).mkdir()
    save(tmp_path, STATE)
    process = start(Launch(("/bin/sleep", "60"), tmp_path), tmp_path / "log")
    for name in ("s3", "postgres"):
        remember(pid_file(tmp_path, name), process)
    yield tmp_path
    stop(process, first=signal.SIGKILL, grace=5)


def settings(home: Path, **fields: Any) -> Settings:
    return Settings.model_construct(home=home, **fields)


def test_empty_settings_are_those_of_the_local_services(home: Path) -> None:
    found = resolved(settings(home))
    assert found.landing == "s3://landing"
    assert found.data == "s3://lake"
    assert found.catalog == "postgresql://vault_assets@127.0.0.1:2002/vault_assets"
    assert found.catalog_password.get_secret_value() == "pg-secret"
    assert found.s3_endpoint == "http://127.0.0.1:2001"
    assert found.s3_key_id == "key"
    assert found.s3_secret.get_secret_value() == "s3-secret"


def test_resolved_settings_stay_as_they_are(home: Path) -> None:
    once = resolved(settings(home))
    assert resolved(once) == once


def test_secrets_are_not_shown(home: Path) -> None:
    shown = repr(resolved(settings(home)))
    assert "pg-secret" not in shown
    assert "s3-secret" not in shown


def test_a_catalog_of_the_user_keeps_its_password(home: Path) -> None:
    own = settings(home, catalog="postgresql://me@db/x", catalog_password=SecretStr("mine"))
    found = resolved(own)
    assert (found.catalog, found.catalog_password) == (own.catalog, own.catalog_password)
    assert found.landing == "s3://landing"


def test_a_local_landing_goes_with_tables_on_the_local_server(home: Path) -> None:
    found = resolved(settings(home, landing="files"))
    assert (found.landing, found.data, found.s3_key_id) == ("files", "s3://lake", "key")


@pytest.mark.parametrize(
    "own",
    [
        {"landing": "s3://mine"},
        {"landing": "s3://mine", "s3_endpoint": "https://minio"},
        {"s3_endpoint": "https://minio"},
        {"s3_key_id": "mine"},
    ],
)
def test_two_s3_servers_are_never_mixed(home: Path, own: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="VAULT_ASSETS_DATA must be set beside S3 settings"):
        resolved(settings(home, **own))


def test_single_process_settings_need_no_service(tmp_path: Path) -> None:
    own = settings(tmp_path, landing="files", data="tables", catalog="lake.ducklake")
    assert resolved(own) is own


def test_what_nobody_gives_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VAULT_ASSETS_LANDING and VAULT_ASSETS_DATA and") as e:
        resolved(settings(tmp_path))
    assert "`vault-assets up`" in str(e.value)
    assert "no local services run" in str(e.value)
    with pytest.raises(SettingsError, match=r"^VAULT_ASSETS_CATALOG must be set"):
        resolved(settings(tmp_path, landing="s3://mine/a", data="s3://mine/b"))


def test_services_that_stopped_give_nothing(home: Path) -> None:
    for name in ("s3", "postgres"):
        pid_file(home, name).unlink()
    with pytest.raises(SettingsError):
        resolved(settings(home))


def test_settings_come_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ASSETS_HOME", str(home))
    monkeypatch.setenv("VAULT_ASSETS_LANDING", "files")
    for name in ("DATA", "CATALOG", "S3_ENDPOINT", "S3_KEY_ID"):
        monkeypatch.delenv(f"VAULT_ASSETS_{name}", raising=False)
    monkeypatch.chdir(home)
    assert (resolved().landing, resolved().data) == ("files", "s3://lake")
