"""`dashboard`: the pages of the marts in a browser."""

from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.dashboard.serving import ADDRESS, serve


def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 8501,
) -> None:
    """Serve the dashboard on this machine, until stopped."""
    terminal().print(f"Dashboard on http://{ADDRESS}:{port}  (Ctrl+C stops it)")
    serve(port)


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(dashboard)
