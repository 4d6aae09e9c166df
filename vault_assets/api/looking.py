"""Look at an open warehouse: tables, queries, batches, refused rows, checks."""

from collections.abc import Mapping
from typing import Any, Self

import duckdb
import pyarrow as pa

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.loading.audits import Verdict
from vault_assets.loading.judging import judge_mart, judge_stage, judge_vault_table
from vault_assets.loading.reporting import applied_batches, batch_list, quarantined_rows
from vault_assets.loading.stored import stored_columns
from vault_assets.model import Table, Warehouse
from vault_assets.model.layers import VAULT, TableKind
from vault_assets.model.names import nearest, quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.engine import without_secrets
from vault_assets.targets.target import Target

_KINDS: tuple[TableKind, ...] = ("vault", "mart", "stage")


class OpenWarehouse:
    """An open warehouse: what is in its tables, and what became of batches.

    Tables go by their name (`h_users`), or by layer and name where a source and another table
    share one (`stage.users`). Load times are UTC without zone.

    Args:
        warehouse: The declaration.
        lake: Where its tables are.
    """

    def __init__(self, warehouse: Warehouse, lake: Target) -> None:
        self.warehouse = warehouse
        self.lake = lake

    def table(self, name: str, *, ghosts: bool = False) -> pa.Table:
        """Return the rows of a table, in no given order.

        Args:
            name: The table.
            ghosts: Whether the two ghost rows of a vault table are among them.
        """
        layer, table = self._loaded(name)
        plain = ghosts or layer != VAULT or table in dict(self._query_tables())
        condition = "" if plain else " where batch_id <> 'ghost'"
        return self.query(f"from {quoted(layer)}.{quoted(table)}{condition}")

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Return the rows of a query; tables are named layer.table, values bound to $name.

        Raises:
            TargetError: The engine refuses the query.
        """
        try:
            return self.lake.connection().execute(sql, parameters).to_arrow_table()
        except duckdb.Error as error:
            text = without_secrets(str(error), self.lake.settings)
            raise TargetError(text, where=self.warehouse.name) from error

    def relation(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return a query as a DuckDB relation on a connection of its own, to be read lazily."""
        return self.lake.relation(sql)

    def counters(self, name: str) -> list[dict[str, Any]]:
        """Return for each batch that a stage or vault table has applied what became of its rows."""
        return applied_batches(self.lake, ".".join(self._place(name)))

    def batches(self, source: str | None = None) -> list[dict[str, Any]]:
        """Return the batches with status and counters of their stage, the earliest first."""
        return batch_list(self.lake, self.warehouse, source=source, limit=None)[::-1]

    def quarantine(self, name: str) -> pa.Table:
        """Return refused rows with their reasons.

        Args:
            name: A source: all of its rows that a table refused. A vault table: those it refused.
        """
        layer, table = self._place(name, "stage", "vault")
        kind = self.warehouse.kind_of(layer, table)
        return quarantined_rows(self.lake, self.warehouse, kind, table)

    def check(self, name: str) -> tuple[Verdict, ...]:
        """Judge a table as it stands by all its checks, those that block first.

        Raises:
            DeclarationError: It is a PIT, a bridge or a snapshot control.
        """
        layer, table = self._loaded(name)
        if table in dict(self._query_tables()):
            raise DeclarationError(
                "is judged when it is built",
                where=name,
                fix="Read `verdicts` of what that returned.",
            )
        judges = {"vault": judge_vault_table, "mart": judge_mart, "stage": judge_stage}
        return judges[self.warehouse.kind_of(layer, table)](self.lake, self.warehouse, table)

    def close(self) -> None:
        """Close the lake; one in memory is gone."""
        self.lake.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _query_tables(self) -> list[tuple[str, Table]]:
        return [(name, table) for _, name, table in self.warehouse.query_tables()]

    def _loaded(self, name: str) -> tuple[str, str]:
        """Return layer and name of a table that exists."""
        layer, table = self._place(name)
        if not stored_columns(self.lake.session(), TablePlan(layer, table, ())):
            raise TargetError("it has not been loaded yet", where=f"{layer}.{table}")
        return layer, table

    def _place(self, name: str, *kinds: TableKind) -> tuple[str, str]:
        """Return layer and name of a declared table.

        Raises:
            DeclarationError: No table has that name and is of these kinds (default: of any).
        """
        known: dict[TableKind, list[tuple[str, str]]] = {kind: [] for kind in kinds or _KINDS}
        for layer, table, _ in self.warehouse.tables():
            known.get(self.warehouse.kind_of(layer, table), []).append((layer, table))
        for places in known.values():
            for place in places:
                if name in (place[1], ".".join(place)):
                    return place
        hint = nearest(name, [table for places in known.values() for _, table in places])
        raise DeclarationError(f"no table {name!r}: {hint}", where=self.warehouse.name)
