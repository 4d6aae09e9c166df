"""`compose.yaml` fits the program: containers themselves cannot run in the tests."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from vault_assets.cli.app import app
from vault_assets.settings import Settings

ROOT = Path(__file__).parents[2]
OWN = ("webserver", "daemon", "dashboard")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


@pytest.mark.parametrize("name", OWN)
def test_the_environment_is_one_of_settings(services: dict[str, Any], name: str) -> None:
    known = {f"VAULT_ASSETS_{field.upper()}" for field in Settings.model_fields}
    assert set(services[name]["environment"]) <= known


def test_nothing_listens_beyond_this_machine(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("PASSWORD", "SECRET", "KEY")):
                assert value.startswith("${")


def test_the_dashboard_command_exists_with_its_options(services: dict[str, Any]) -> None:
    program, command, *options = services["dashboard"]["command"]
    assert program == "vault-assets"
    found = get_command(app).commands[command]  # pyright: ignore[reportAttributeAccessIssue]
    known = {name for parameter in found.params for name in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_the_image_gets_every_file_that_it_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        part
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY")
        for part in line.split()[1:-1]
    }
    assert copied <= kept
    assert all((ROOT / part).exists() for part in copied)
