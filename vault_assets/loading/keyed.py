"""Marts by key: rows whose keys new batches touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vault_assets.errors import DeclarationError, TargetError
from vault_assets.loading.audits import Audit
from vault_assets.loading.consuming import changed_text, list_new
from vault_assets.model import Warehouse
from vault_assets.model.incremental import CHANGED_KEYS, Incremental
from vault_assets.model.names import quoted
from vault_assets.model.partitions import ALL
from vault_assets.sql.mart_tables import mart_table
from vault_assets.sql.plans import TablePlan
from vault_assets.sql.templates import render
from vault_assets.targets.session import Session

ONLY_CHANGED_KEYS = Audit(
    "only_changed_keys",
    "",
    "The query returns rows of the keys that are built, and no others.",
    blocking=True,
)


@dataclass(frozen=True)
class Keys:
    """The keys of a mart, as a division.

    Args:
        table: The mart.
        incremental: Its key, and the query for keys that changed.
        everything: Whether all keys were asked for.
    """

    table: TablePlan
    incremental: Incremental
    everything: bool = False

    @property
    def temp(self) -> str:
        """The temp table that says what is built."""
        return CHANGED_KEYS

    @property
    def consumes(self) -> bool:
        """Whether new batches say what is built: always."""
        return True

    @property
    def keeps_written(self) -> bool:
        """Whether `written_rows` holds what is written: keys that change are few."""
        return True

    @property
    def only_changed(self) -> Audit:
        """The audit that only built keys are written."""
        return ONLY_CHANGED_KEYS

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the key."""
        return self.incremental.key

    @property
    def listed(self) -> str:
        """The columns of the key, as SQL."""
        return ", ".join(map(quoted, self.columns))

    @property
    def matching(self) -> str:
        """SQL: whether a row belongs to what is built; the engine makes a semi join of it."""
        return f"({self.listed}) in (select {self.listed} from {CHANGED_KEYS})"

    def strangers(self, query: str) -> str:
        """Return the SQL of the keys of a query that are not built."""
        return (
            f"select {self.listed}, count(*) as rows_of_other_keys from (\n{query}\n) "
            f"where ({self.matching}) is not true group by all"
        )

    def prepare(self, session: Session) -> None:
        """Make the temp table, empty, with the types that `changed` returns.

        Raises:
            TargetError: `changed` returns other columns than those of the key.
        """
        changed = changed_text(self.incremental.changed)
        found = {row["column_name"] for row in session.rows(f"describe {changed}")}
        if found != set(self.incremental.key):
            raise TargetError(
                f"`changed` returns {', '.join(sorted(found))}, "
                f"but the key is {', '.join(self.incremental.key)}",
                where=self.table.label,
                fix="Let it return the columns of the key, by these names, and no others.",
            )
        session.run(
            f"create or replace temp table {CHANGED_KEYS} as "
            f"select {self.listed} from (\n{changed}\n) limit 0",
            note=False,
        )

    def refuse_columns(self, session: Session, columns: Mapping[str, str]) -> None:
        """Refuse a mart whose key is compared with values of another type."""
        for row in session.rows(f"describe {CHANGED_KEYS}"):
            name, kind = row["column_name"], row["column_type"]
            ours = columns.get(name, "missing")
            if ours != kind:
                raise TargetError(
                    f"column {name!r} of the key is {ours.lower()}, "
                    f"but `changed` returns {kind.lower()}",
                    where=self.table.label,
                    fix="Cast one of them: keys of two types may not match.",
                )

    def choose(self, session: Session, *, whole: bool) -> None:
        """Fill the temp table.

        Raises:
            TargetError: A key is NULL: nothing would ever match it.
        """
        if not list_new(session, whole=whole):
            return
        session.run(
            render(
                "mart/changed_keys.sql",
                label=self.table.label,
                table=self.table,
                key=self.incremental.key,
                changed=changed_text(self.incremental.changed),
                whole=whole,
            )
        )
        for column in self.incremental.key:
            nulls = f"select count(*) from {CHANGED_KEYS} where {quoted(column)} is null"
            if session.value(nulls):
                raise TargetError(
                    f"`changed` returns NULL as {column!r}: no row of the mart matches it",
                    where=self.table.label,
                    fix=f"Leave such rows out: where {column} is not null.",
                )

    def built(self, session: Session) -> tuple[Any, ...]:
        """Return no partitions: there are none."""
        del session
        return ()

    def finish(self, session: Session) -> dict[str, Any]:
        """Return how many keys were built."""
        return {"keys": session.value(f"select count(*) from {CHANGED_KEYS}")}


def keys_of(warehouse: Warehouse, name: str, given: str | None = None) -> Keys:
    """Return the keys of a mart that declares `incremental`.

    Args:
        warehouse: The declaration.
        name: The mart.
        given: `all`, or nothing.

    Raises:
        DeclarationError: `given` is anything else.
    """
    incremental = warehouse.marts[name].incremental
    assert incremental is not None  # noqa: S101  narrows the type
    table = mart_table(warehouse, name)
    if given not in (None, ALL):
        raise DeclarationError(
            f"is replaced by key and has no partitions {given!r}",
            where=table.label,
            fix=f"Give {ALL}, or nothing.",
        )
    return Keys(table, incremental, given == ALL)
