"""The `vault-assets` command: one clear paragraph per error, a meaningful exit code."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from vault_assets.cli import (
    batches,
    dashboard,
    declaration,
    demo,
    diagrams,
    query,
    releases,
    report,
    run,
    services,
    snapshots,
    status,
)
from vault_assets.errors import VaultAssetsError
from vault_assets.settings import Settings

app = typer.Typer(
    name="vault-assets",
    help="From files in S3 to a Data Vault and marts. Exit codes: 0 done, 1 failed, 2 wrong use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    demo,
    services,
    run,
    query,
    dashboard,
    status,
    report,
    batches,
    releases,
    snapshots,
    declaration,
    diagrams,
):
    module.add_to(app)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Options of all commands."""
    del debug  # read in main, where errors arrive


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # whatever it is, a person wants a sentence and an exit code
        if "--debug" in sys.argv:
            raise
        Console(stderr=True).print(
            f"[bold red]Error:[/] {escape(_told(error))}", highlight=False, soft_wrap=True
        )
        sys.exit(1)


def _told(error: Exception) -> str:
    """Return what a reader can act on, in one paragraph."""
    if isinstance(error, VaultAssetsError):
        return str(error)
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return "; ".join(
            f"VAULT_ASSETS_{'.'.join(map(str, mistake['loc'])).upper()}: {mistake['msg']}"
            for mistake in error.errors()
        )
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text} `vault-assets --debug ...` shows where."
