"""The IO manager: the one writer and reader of tables, for both generated and users' assets.

What is written decides how: a load of a stage or a vault table, a query, a frame, an Arrow table.
The annotation of an input decides how it arrives: `Table`, Polars (eager or lazy), or Arrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import dagster as dg
import polars as pl
import pyarrow as pa

from vault_assets.errors import TargetError
from vault_assets.loading.audits import Audit
from vault_assets.loading.exporting import export_mart
from vault_assets.loading.marts import Query, Rows, Written, build_mart, replace_table
from vault_assets.loading.query_tables import Built, build_query_table
from vault_assets.loading.snapshots import SnapshotsAdded
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.loading.vault import Loaded, load_vault_table
from vault_assets.model import Warehouse
from vault_assets.model.names import checked, quoted
from vault_assets.orchestration.metadata import described_schema, sql_text
from vault_assets.orchestration.resources import LakeResource, StoreResource

_KEY_PARTS = 3


@dataclass(frozen=True)
class Table:
    """A table by name; nothing is read until somebody asks for rows."""

    warehouse: str
    layer: str
    name: str

    @property
    def sql(self) -> str:
        """The quoted name, as a query in the warehouse's lake writes it."""
        return f"{quoted(self.layer)}.{quoted(self.name)}"


@dataclass(frozen=True)
class StageLoad:
    """Stage the registered batches of a source."""

    warehouse: Warehouse


@dataclass(frozen=True)
class VaultLoad:
    """Load a vault table from the stages that feed it."""

    warehouse: Warehouse
    repair: bool = False


@dataclass(frozen=True)
class QueryTableLoad:
    """Bring a snapshot control, PIT or bridge up to date."""

    warehouse: Warehouse


@dataclass(frozen=True)
class MartBuild:
    """Build a declared mart; `partitions` as `build_mart` takes them."""

    warehouse: Warehouse
    partitions: str | None = None


def table_of(key: dg.AssetKey) -> Table:
    """Return the table of an asset key [warehouse, layer, table].

    Raises:
        TargetError: The key has another form.
    """
    if len(key.path) != _KEY_PARTS:
        raise TargetError(
            "the asset's key does not say which table it is",
            where=key.to_user_string(),
            fix="Use key=[warehouse, layer, table], for example ['social', 'mart', 'my_table'].",
        )
    warehouse, layer, name = (checked(part) for part in key.path)
    return Table(warehouse, layer, name)


class VaultAssetsIOManager(dg.ConfigurableIOManager):
    """Writes tables in one transaction with their audits, and reads them."""

    lake: LakeResource
    store: StoreResource

    def write(
        self,
        key: dg.AssetKey,
        source: StageLoad | VaultLoad | QueryTableLoad | MartBuild | Rows,
        *,
        run_id: str,
        audits: Sequence[Audit] = (),
        judge_again: Callable[[str], bool] = lambda _: True,
    ) -> Staged | Loaded | Built | SnapshotsAdded | Written:
        """Write the table of `key`; blocking audits are evaluated before the commit.

        Args:
            key: [warehouse, layer, table].
            source: What to write: a load, a query, a frame, an Arrow table or reader.
            run_id: The run, recorded beside applied batches.
            audits: Checks beyond those that the declaration implies.
            judge_again: Which checks of a vault table without new rows are judged again.

        Raises:
            AuditsFailedError: A blocking audit failed; the table is as it was.
        """
        table = table_of(key)
        lake = self.lake.of(table.warehouse)
        if isinstance(source, StageLoad):
            return stage_batches(
                lake,
                self.store.open(),
                source.warehouse,
                table.name,
                run_id=run_id,
                extra_audits=audits,
            )
        if isinstance(source, VaultLoad):
            return load_vault_table(
                lake,
                source.warehouse,
                table.name,
                run_id=run_id,
                repair=source.repair,
                extra_audits=audits,
                judge_again=judge_again,
            )
        if isinstance(source, QueryTableLoad):
            return build_query_table(
                lake, source.warehouse, table.name, run_id=run_id, extra_audits=audits
            )
        if isinstance(source, MartBuild):
            written = build_mart(
                lake,
                source.warehouse,
                table.name,
                run_id=run_id,
                partitions=source.partitions,
                extra_audits=audits,
            )
            if source.warehouse.marts[table.name].export is None:
                return written
            return export_mart(lake, self.store.open(), source.warehouse, table.name, written)
        return replace_table(lake, table.layer, table.name, source, audits=audits)

    def row_count(self, key: dg.AssetKey) -> int:
        """Return how many rows the table of `key` has."""
        table = table_of(key)
        session = self.lake.of(table.warehouse).session()
        return session.value(f"select count(*) from {table.sql}")

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write what an asset returned."""
        if obj is None:
            return
        if not isinstance(
            obj, Query | pl.DataFrame | pl.LazyFrame | pa.Table | pa.RecordBatchReader
        ):
            raise TargetError(
                f"cannot write a {type(obj).__name__}",
                where=context.asset_key.to_user_string(),
                fix="Return a vault_assets Query, a Polars frame, an Arrow table or reader.",
            )
        written = self.write(context.asset_key, obj, run_id=context.run_id)
        assert isinstance(written, Written)  # noqa: S101  narrows the type
        context.add_output_metadata(
            {
                "dagster/row_count": written.rows,
                "dagster/table_name": ".".join(context.asset_key.path),
                "dagster/column_schema": described_schema(written.columns, {}),
                "sql": sql_text(written.statements),
            }
        )

    def load_input(self, context: dg.InputContext) -> Any:
        """Read the upstream table as the input's annotation asks."""
        table = table_of(context.asset_key)
        wanted = _wanted(context.dagster_type.typing_type)
        if wanted is Table or wanted is Any:
            return table
        # On a connection of its own: rows that are read lazily may be asked for while the asset's
        # result is written, and one connection cannot do both.
        relation = self.lake.of(table.warehouse).relation(f"select * from {table.sql}")
        if wanted is pl.DataFrame:
            return relation.pl()
        if wanted is pl.LazyFrame:
            return relation.pl(lazy=True)
        if wanted is pa.Table:
            return relation.to_arrow_table()
        if wanted is pa.RecordBatchReader:
            return relation.to_arrow_reader()
        raise TargetError(
            f"cannot read a table as {wanted!r}",
            where=context.asset_key.to_user_string(),
            fix="Annotate the input with Table, polars.DataFrame, polars.LazyFrame, "
            "pyarrow.Table or pyarrow.RecordBatchReader.",
        )


def _wanted(annotation: Any) -> Any:
    """Return the annotated type without `| None`."""
    members = [item for item in get_args(annotation) if item is not type(None)]
    return members[0] if len(members) == 1 else annotation
