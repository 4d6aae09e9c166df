"""`dashboard`: the pages of the marts in a browser."""

from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.dashboard.serving import ADDRESS, serve


def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 8501,
    host: Annotated[
        str, typer.Option(help="0.0.0.0 lets other machines in; there is no login.")
    ] = ADDRESS,
) -> None:
    """Serve the dashboard until stopped, on this machine unless --host says more."""
    terminal().print(f"Dashboard on http://{host}:{port}  (Ctrl+C stops it)")
    serve(port, host)


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(dashboard)
