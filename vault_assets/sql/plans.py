"""Plans: what a declaration means for the database, as plain data for the templates.

A `TablePlan` names a table's columns; a `StagePlan` and a `VaultPlan` add where rows come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vault_assets.hashing import OWN, Profile, profile_of
from vault_assets.model.layouts import Layout
from vault_assets.model.names import quoted
from vault_assets.model.types import ColumnType
from vault_assets.model.vertica import VerticaDesign
from vault_assets.model.warehouse import Warehouse

UUID = ColumnType("uuid")
TEXT = ColumnType("text")
INTEGER = ColumnType("integer")
TIMESTAMP = ColumnType("timestamp")
BOOLEAN = ColumnType("boolean")

HISTORY = ("load_ts", "load_seq", "hashdiff")
"""What the history of a key consists of, payload apart."""

# batch_id, load_ts, row_no and record_source come first in a stage.
STAGE_SYSTEM_COLUMNS = 4


@dataclass(frozen=True)
class ColumnPlan:
    """A column of a table: `hashed` columns enter a hash and may not move or change type."""

    name: str
    type: ColumnType
    nullable: bool = True
    description: str = ""
    hashed: bool = False

    @property
    def sql(self) -> str:
        """The quoted name."""
        return quoted(self.name)


@dataclass(frozen=True)
class TablePlan:
    """A table: schema (layer), name, columns in order; its layout in a lake, design on Vertica."""

    layer: str
    name: str
    columns: tuple[ColumnPlan, ...]
    description: str = ""
    layout: Layout | None = None
    design: VerticaDesign | None = None

    @property
    def label(self) -> str:
        """`layer.name`, as the registry and messages write it."""
        return f"{self.layer}.{self.name}"

    @property
    def sql(self) -> str:
        """The quoted, qualified name."""
        return f"{quoted(self.layer)}.{quoted(self.name)}"


@dataclass(frozen=True)
class Hash:
    """A hash column of a stage and the columns it is computed from, in order.

    kind `key`: NULL if a key is not known, by the rules that hash it. kind `hashdiff`: never NULL.

    Args:
        name: Name of the column.
        kind: `key` or `hashdiff`.
        parts: Columns of the stage with the types of the vault.
        optional: Columns that may be NULL in a key.
        hubs: Of a link: the parts that belong to each of its hubs, and its own.
        rules: How it is hashed.
        placeholders: SQL of what stands in for NULL, one per part, None where nothing does; or
            none at all.
    """

    name: str
    kind: str
    parts: tuple[tuple[str, ColumnType], ...]
    optional: frozenset[str] = frozenset()
    hubs: tuple[tuple[tuple[str, ColumnType], ...], ...] = ()
    rules: Profile = OWN
    placeholders: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class NullKeyPlan:
    """A column of a stage that is part of a key, and what a NULL in it means.

    Args:
        column: The column.
        type: Its type in the vault.
        where: SQL condition of the rows whose key it belongs to.
        placeholder: SQL of what stands in for NULL; None: a NULL fails the batch.
    """

    column: str
    type: ColumnType
    where: str = "true"
    placeholder: str | None = None


@dataclass(frozen=True)
class PrejoinPlan:
    """Columns of a stage that are looked up in another stage.

    Args:
        name: Name of the prejoin.
        stage: The stage that is looked up.
        on: (column of the source, SQL of its value over the source's row `l`, column there).
        columns: (new column, column there).
        quarantine: Whether a row is refused whose key is not found.
        computed: (name in the source's rows, SQL over its columns) of derived columns in `on`.
    """

    name: str
    stage: "StagePlan"
    on: tuple[tuple[str, str, str], ...]
    columns: tuple[tuple[str, str], ...]
    quarantine: bool
    computed: tuple[tuple[str, str], ...] = ()

    @property
    def definition(self) -> str:
        """What it does, in words that change when it does."""
        on = ", ".join(f"{own} = {there}" for own, _, there in self.on)
        columns = ", ".join(f"{new} = {there}" for new, there in self.columns)
        missing = "quarantine" if self.quarantine else "null"
        computed = "".join(f", {name} = {sql}" for name, sql in self.computed)
        return f"{self.name}: {self.stage.source} on {on}{computed}: {columns}; missing: {missing}"


@dataclass(frozen=True)
class StagePlan:
    """A stage: the table, its quarantine, the source's columns and the hashes to add.

    `normalized` and `derived`: (column, SQL expression over the source's columns).
    """

    source: str
    table: TablePlan
    quarantine: TablePlan
    hashes: tuple[Hash, ...]
    normalized: tuple[tuple[str, str], ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    null_keys: tuple[NullKeyPlan, ...] = ()
    prejoins: tuple[PrejoinPlan, ...] = ()

    @property
    def computed(self) -> dict[str, str]:
        """Derived columns that its prejoins look up: name in the rows, SQL over their columns."""
        return dict(item for prejoin in self.prejoins for item in prejoin.computed)

    @property
    def locks(self) -> tuple[str, ...]:
        """What a transaction that writes it locks: the stages that it looks up stay as they are."""
        return (self.table.label, *(prejoin.stage.table.label for prejoin in self.prejoins))

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Names of the source's columns."""
        added = {item.name for item in self.hashes}
        own = (column.name for column in self.table.columns[STAGE_SYSTEM_COLUMNS:])
        return tuple(name for name in own if name not in added)


@dataclass(frozen=True)
class BindingPlan:
    """Rows of one stage that feed a table.

    Args:
        stage: The stage's plan.
        columns: (name in the pattern's query, column of the stage) of all that the table needs;
            no column: NULL.
        unit: Stage columns of the table's unit, in its order.
        expressions: (name in the pattern's query, SQL over the stage row `s`).
        inferred: Whether the rows only refer to the key: the record source says so.
        placeholders: (name in the pattern's query, SQL of what stands in for NULL).
        unknown: Names of keys that become the key of the unknown row where they are NULL.
        where: SQL condition on the stage; "true" for all rows.
        details: Reason of quarantine: SQL text expression over the stage row `s` that explains it.
    """

    stage: StagePlan
    columns: tuple[tuple[str, str | None], ...]
    unit: tuple[str, ...]
    unknown: frozenset[str] = frozenset()
    where: str = "true"
    details: tuple[tuple[str, str], ...] = ()
    inferred: bool = False
    expressions: tuple[tuple[str, str], ...] = ()
    placeholders: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> str:
        """Return the stage column behind a name of the pattern's query.

        Raises:
            KeyError: There is none.
        """
        column = dict(self.columns)[name]
        if column is None:
            raise KeyError(name)
        return column


@dataclass(frozen=True)
class ParentPlan:
    """A table whose key must exist: its hash key, and the column that refers to it.

    `fed`: the parent takes the key from every row of the same stage, so that it knows the key as
    soon as it has applied the batch.
    """

    table: TablePlan
    key: str
    refers: str
    fed: bool = False


@dataclass(frozen=True)
class VaultPlan:
    """A vault table ready to be compiled.

    Args:
        pattern: Folder of the templates below `sql/vault`.
        table: The table.
        key: The hash key that a row belongs to.
        unit: Columns whose rows are judged, and after late batches rebuilt, together.
        primary_key: Columns that no two rows share.
        bindings: Where rows come from.
        needs: Columns of the query that must not be NULL; else the row is quarantined.
        parents: Keys that must exist, where orphans are quarantined.
        relations: Keys that should exist, for the check across tables.
        ghost_keys: Columns that carry the reserved keys in ghost rows.
        orphans: `quarantine` or `pass`.
        history: Whether rows have a history (load_seq, hashdiff, order of batches).
        late: What to do with a batch older than one applied: accept, strict or repair.
        order: `none` or `file`: how rows of one key in one batch relate.
        sequence: Names of the query by which the rows of a key follow each other.
        direct: Whether rows that need no decision are inserted from the stage as they are: new keys
            that come once. Then `decided` holds the other rows only.
        touched: Columns of the stored rows of incoming keys that a load reads once, for itself and
            for its checks.
        whole: Whether a late batch concerns all rows, not only those of its own keys.
        options: What only this pattern's templates know.
        rules: How its keys and payloads are hashed.
    """

    pattern: str
    table: TablePlan
    key: str
    unit: tuple[str, ...]
    primary_key: tuple[str, ...]
    bindings: tuple[BindingPlan, ...]
    needs: tuple[str, ...]
    ghost_keys: tuple[str, ...]
    parents: tuple[ParentPlan, ...] = ()
    relations: tuple[ParentPlan, ...] = ()
    orphans: str = "pass"
    history: bool = False
    late: str = "accept"
    order: str = "none"
    sequence: tuple[str, ...] = ("load_ts", "row_no")
    direct: bool = False
    touched: tuple[str, ...] = ()
    whole: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    rules: Profile = OWN

    @property
    def spared(self) -> list[str]:
        """Columns of the table that no decision needs: if history is read, all of the payload."""
        needed = {*self.touched, *self.sequence, "batch_id"}
        return [c.name for c in self.table.columns if self.touched and c.name not in needed]


def hash_type(warehouse: Warehouse) -> ColumnType:
    """Return the type of hash columns in this warehouse."""
    return profile_of(warehouse.hashing).hash_type


def system_columns(*, history: bool, hashes: ColumnType = UUID) -> tuple[ColumnPlan, ...]:
    """Return the columns that every vault table ends with; `hashes` is the type of hash columns."""
    sequence = (
        ColumnPlan("load_seq", INTEGER, nullable=False, description="Order within the batch."),
        ColumnPlan("hashdiff", hashes, nullable=False, description="Hash of the payload."),
    )
    return (
        ColumnPlan("load_ts", TIMESTAMP, nullable=False, description="Load time of the batch."),
        *(sequence if history else ()),
        ColumnPlan("record_source", TEXT, nullable=False, description="Where the row came from."),
        ColumnPlan("batch_id", TEXT, nullable=False, description="The batch that brought the row."),
    )


QUARANTINE_COLUMNS: Sequence[ColumnPlan] = (
    ColumnPlan("batch_id", TEXT, nullable=False, description="The batch of the row."),
    ColumnPlan("table_name", TEXT, nullable=False, description="The table that refused the row."),
    ColumnPlan("row_no", INTEGER, nullable=False, description="Line of the file it begins at."),
    ColumnPlan("raw", TEXT, description="The row as delivered."),
    ColumnPlan("reason", TEXT, nullable=False, description="Why: rule and column."),
    ColumnPlan("column_name", TEXT, description="The column at fault."),
    ColumnPlan("detail", TEXT, description="The value and what was expected."),
)
