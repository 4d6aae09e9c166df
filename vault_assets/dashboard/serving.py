"""Start Streamlit on the dashboard, in this process."""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
ADDRESS = "127.0.0.1"


def arguments(port: int, host: str = ADDRESS) -> list[str]:
    """Return Streamlit's command line; nothing is sent away."""
    theme = tomllib.loads((_HERE / "theme.toml").read_text())
    options: dict[str, Any] = {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        **dict(_flat(theme)),
    }
    flags = [f"--{name}={_written(value)}" for name, value in options.items()]
    return ["streamlit", "run", str(_HERE / "app.py"), *flags]


def serve(port: int, host: str = ADDRESS) -> None:
    """Serve the dashboard until the process is stopped."""
    from streamlit.web import cli  # noqa: PLC0415  costs a second, and only this command needs it

    sys.argv = arguments(port, host)
    cli.main(prog_name="streamlit")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
