"""The layers of a warehouse, in order: schemas of its tables and parts of their asset keys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from vault_assets.model.base import Declared
from vault_assets.model.names import Name
from vault_assets.model.references import Problems

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse

VAULT = "vault"
"""The layer of vault and query tables."""
TableKind = Literal["stage", "vault", "mart"]
_TAKEN = ("registry", "main", "temp", "system", "information_schema", "pg_catalog")


class Layers(Declared):
    """The names of the layers, and what each of them holds."""

    layers: tuple[Name, ...] = Field(
        ("landing", "stage", VAULT, "mart"),
        min_length=2,
        description="In order: objects in the bucket, stages, then `vault` (with vault tables) and "
        "layers of marts. Each is a schema, and the middle of asset keys.",
    )

    @property
    def landing_layer(self) -> str:
        """The layer of the objects in the bucket: no schema."""
        return self.layers[0]

    @property
    def stage_layer(self) -> str:
        """The layer where sources are staged; marts may be there too."""
        return self.layers[1]

    @property
    def mart_layers(self) -> tuple[str, ...]:
        """The layers that may hold marts, in order."""
        return tuple(layer for layer in self.layers[1:] if layer != VAULT)

    def stage_label(self, source: str) -> str:
        """Return what the registry calls a stage: layer.name."""
        return f"{self.stage_layer}.{source}"


def check_layers(warehouse: "Warehouse", problems: Problems) -> None:
    """Record layers that cannot be, and marts whose layer is none or has their name already."""
    for position, message in _mistakes(warehouse):
        problems.add(("layers", position), message)
    if VAULT not in warehouse.layers:
        for field, name, _ in (*warehouse.vault_tables(), *warehouse.query_tables()):
            problems.add((field, name), f"needs the layer {VAULT!r}: add it to `layers`")
    staged = {*warehouse.sources, *(f"{name}_quarantine" for name in warehouse.sources)}
    for name, mart in warehouse.marts.items():
        layer = warehouse.mart_layer(name)
        place = ("marts", name, "layer") if mart.layer else ("marts", name)
        if not problems.known(place, "layer of marts", layer, warehouse.mart_layers):
            continue
        if layer == warehouse.stage_layer and name in staged:
            problems.add(place, f"{layer}.{name} is the stage or quarantine of a source already")


def _mistakes(warehouse: "Warehouse") -> Iterator[tuple[int, str]]:
    for position, layer in enumerate(warehouse.layers):
        if layer in warehouse.layers[:position]:
            yield position, f"{layer!r} is given twice"
        if layer in _TAKEN:
            yield position, f"{layer!r} is a schema of the database or the registry"
        if layer == warehouse.name:
            yield position, f"{layer!r} is the name of the warehouse: {layer}.x would be ambiguous"
        if layer == VAULT and position < 2:  # noqa: PLR2004  the landing and the stages come first
            yield position, f"{VAULT!r} comes after the layers of the landing and of the stages"
