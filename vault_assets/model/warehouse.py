"""The declaration of one warehouse: sources, vault, marts and what holds for all of them."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from vault_assets.model.base import Owner, Table
from vault_assets.model.hashing import Hashing, OwnHashing, check_hashing
from vault_assets.model.layers import VAULT, Layers, TableKind, check_layers
from vault_assets.model.maintenance import Maintenance
from vault_assets.model.mart_references import check_mart_references
from vault_assets.model.marts import Mart
from vault_assets.model.metrics import Metric
from vault_assets.model.names import Name, nearest
from vault_assets.model.null_key_references import check_null_keys
from vault_assets.model.prejoin_references import check_prejoins, prejoined_types
from vault_assets.model.query_references import check_query_tables
from vault_assets.model.query_tables import QueryTables
from vault_assets.model.references import Problems, check_references
from vault_assets.model.relations import Hub, Relation
from vault_assets.model.sources import Source
from vault_assets.model.types import ColumnType
from vault_assets.model.vault import Vault


class Warehouse(Layers, QueryTables, Vault):
    """A warehouse: files of its sources become stages, a Data Vault and marts.

    Raises:
        pydantic.ValidationError: With one entry per mistake, each at its place in the
            declaration and with the nearest valid name.
    """

    name: Name = Field(description="Name of the warehouse, of its lake and of its asset groups.")
    description: str = Field("", description="The question it answers.")
    owners: tuple[Owner, ...] = Field((), description="E-mail addresses or team:<name>.")
    tags: dict[str, str] = Field(default_factory=dict, description="Tags of every asset.")
    record_source: str = Field("s3", description="Value of record_source unless a source says.")
    schedule: str | None = Field(None, description="Cron line of a full run, in UTC.")
    freshness_hours: float | None = Field(
        None, gt=0, description="Marts older than this are reported as stale."
    )
    maintenance: Maintenance | None = Field(
        None, description="When small files are merged, old snapshots and files removed."
    )
    hashing: Hashing = Field(
        default_factory=lambda: OwnHashing.model_validate({}),
        description="Rules of keys and hashdiffs: `vault_assets`, or those of a vault taken over.",
    )
    sources: dict[Name, Source] = Field(min_length=1, description="Sources by name.")
    monitoring: bool = Field(
        False, description="Keep model_runs and model_performance in the last layer."
    )
    metrics: dict[Name, Metric] = Field(
        default_factory=dict, description="Formulas that queries of marts use as metric(name)."
    )
    marts: dict[Name, Mart] = Field(default_factory=dict, description="Marts by name.")

    @model_validator(mode="after")
    def _references_resolve(self) -> "Warehouse":
        problems = Problems(type(self).__name__)
        check_prejoins(self, problems)
        problems.raise_if_any()  # what is wrong there would be told of every use again
        check_references(self, problems)
        if not problems.found:
            check_null_keys(self, problems)
            check_hashing(self, problems)
        check_query_tables(self, problems)
        check_layers(self, problems)
        check_mart_references(self, problems)
        problems.raise_if_any()
        return self

    def stage_types(self, stage: str) -> dict[str, ColumnType]:
        """Return the columns of a stage by name: those of its source, looked up and derived ones.

        Raises:
            KeyError: There is no such stage; the message has the nearest name.
        """
        if stage not in self.sources:
            msg = f"no stage {stage!r}: {nearest(stage, self.sources)}"
            raise KeyError(msg)
        source = self.sources[stage]
        own = {name: column.type for name, column in source.columns.items()}
        derived = {name: column.type for name, column in source.derived.items()}
        return {**own, **prejoined_types(self, stage), **derived}

    def described(self, stage: str, column: str) -> str:
        """Return the description of a column of a stage; empty if it has none."""
        for prejoin in self.sources[stage].prejoins.values():
            if column in prejoin.columns:
                return self.described(prejoin.source, prejoin.columns[column])
        return self.sources[stage].described(column)

    def parent(self, name: str) -> Hub | Relation | None:
        """Return the hub or link, of any kind, of that name."""
        found = {name: table for _, name, table in self.vault_tables()}.get(name)
        return found if isinstance(found, Hub | Relation) else None

    def mart_layer(self, name: str) -> str:
        """Return the layer of a mart."""
        return self.marts[name].layer or self.layers[-1]

    def mart_label(self, name: str) -> str:
        """Return what the registry calls a mart: layer.name."""
        return f"{self.mart_layer(name)}.{name}"

    def mart_at(self, layer: str, name: str) -> Mart | None:
        """Return the declared mart that is called layer.name; None if it is anything else."""
        found = self.marts.get(name)
        return found if found and self.mart_layer(name) == layer else None

    def kind_of(self, layer: str, name: str) -> TableKind:
        """Return what a declared table is: a stage, a vault or query table, or a mart."""
        if layer == VAULT:
            return "vault"
        return "stage" if layer == self.stage_layer and name in self.sources else "mart"

    def tables(self) -> Iterator[tuple[str, str, Table]]:
        """Yield (layer, name, table) of every table but those of the registry, in load order."""
        for name, source in self.sources.items():
            yield self.stage_layer, name, source
        for _, name, table in self.vault_tables():
            yield VAULT, name, table
        for _, name, table in self.query_tables():
            yield VAULT, name, table
        for name, mart in self.marts.items():
            yield self.mart_layer(name), name, mart
