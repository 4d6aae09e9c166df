"""`diagram`: pictures of a warehouse, from its declaration alone."""

from pathlib import Path
from typing import Annotated

import typer

from vault_assets.cli.grids import terminal
from vault_assets.cli.project import warehouses
from vault_assets.errors import SettingsError
from vault_assets.model.names import nearest
from vault_assets.settings import Settings

console = terminal()


def diagram(
    warehouse: Annotated[str, typer.Argument(help="Name of the warehouse.")],
    folder: Annotated[Path, typer.Option(help="Where the files go.")] = Path("docs/images"),
    png: Annotated[bool, typer.Option("--png", help="PNG instead of SVG.")] = False,
) -> None:
    """Draw the raw area, the Data Vault and the whole of a warehouse; no table is read."""
    from vault_assets.reporting import diagrams  # noqa: PLC0415  matplotlib is slow to import

    known = warehouses(Settings())
    if warehouse not in known:
        raise SettingsError(f"no warehouse {warehouse!r}", fix=nearest(warehouse, known))
    form = "png" if png else "svg"
    folder.mkdir(parents=True, exist_ok=True)
    for part in diagrams.PARTS:
        drawn = diagrams.diagram(known[warehouse], part)
        if not drawn.boxes:
            continue
        path = folder / f"{warehouse}_{part}.{form}"
        path.write_bytes(diagrams.draw(drawn, form))
        console.print(str(path), soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Register the command of this module."""
    app.command()(diagram)
