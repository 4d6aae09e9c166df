"""What tables declare beyond what DuckDB keeps: Vertica types, keys and physical layout."""

import json
import threading
from dataclasses import asdict, dataclass, field, replace

import duckdb

from vault_assets_tests.vertica_server.faults import Fault
from vault_assets_tests.vertica_server.kinds import Kind

PUBLIC = "public"


@dataclass(frozen=True)
class Column:
    """A declared column; `default` is DuckDB SQL or ''."""

    name: str
    kind: Kind
    nullable: bool = True
    default: str = ""


@dataclass(frozen=True)
class Key:
    """A primary key, unique constraint or foreign key; only enabled ones are enforced."""

    what: str
    columns: tuple[str, ...]
    enabled: bool = False


@dataclass(frozen=True)
class Layout:
    """The physical clauses of a table, as text with single spaces and in lower case."""

    order_by: str = ""
    segmented_by: str = ""
    partition_by: str = ""


@dataclass(frozen=True)
class Table:
    """A declared table; a temporary one belongs to one session."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    layout: Layout = Layout()
    keys: tuple[Key, ...] = ()
    temporary: bool = False
    keeps_rows: bool = True

    def column(self, name: str) -> Column | None:
        """Return a column by its name, in any case."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)

    @property
    def duck_name(self) -> str:
        """The quoted name in DuckDB."""
        return quoted(self.name) if self.temporary else f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass
class Catalog:
    """All tables that sessions share; every change is also written where the views look."""

    duck: duckdb.DuckDBPyConnection
    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def find(self, schema: str, name: str) -> Table | None:
        """Return a table; an empty schema means the public one."""
        return self.tables.get(((schema or PUBLIC).lower(), name.lower()))

    def keep(self, table: Table) -> None:
        """Take a table in, or its new form."""
        with self.lock:
            self.tables[table.schema.lower(), table.name.lower()] = table
            self._forget_rows(table)
            self._write_rows(table)

    def drop(self, table: Table) -> None:
        """Forget a table."""
        with self.lock:
            self.tables.pop((table.schema.lower(), table.name.lower()), None)
            self._forget_rows(table)

    def rename(self, pairs: list[tuple[Table, str]]) -> None:
        """Give all these tables their new names at once."""
        with self.lock:
            for table, _ in pairs:
                self.drop(table)
            for table, name in pairs:
                self.keep(replace(table, name=name))

    def login(self, pid: int, asked: dict[str, str]) -> None:
        """Show a session in v_monitor.sessions."""
        values = [asked.get(key, "") for key in ("user", "client_label", "client_type")]
        with self.lock:
            self.duck.execute(
                "insert into main.kept_sessions values (?, ?, ?, ?, ?, now())",
                [f"standin:{pid}", *values, int(asked.get("client_pid") or 0)],
            )

    def logout(self, pid: int) -> None:
        """Forget a session."""
        with self.lock:
            sql = "delete from main.kept_sessions where session_id = ?"
            self.duck.execute(sql, [f"standin:{pid}"])

    def _forget_rows(self, table: Table) -> None:
        for view in ("kept_tables", "kept_columns"):
            sql = f"delete from main.{view} where table_schema = ? and table_name = ?"
            self.duck.execute(sql, [table.schema, table.name])

    def _write_rows(self, table: Table) -> None:
        layout = table.layout
        self.duck.execute(
            "insert into main.kept_tables values (?, ?, ?, ?, ?, ?)",
            [
                table.schema,
                table.name,
                layout.partition_by,
                layout.segmented_by,
                layout.order_by,
                json.dumps(asdict(table)),
            ],
        )
        for place, column in enumerate(table.columns, 1):
            packed = column.kind.typmod - 4 if column.kind.name == "numeric" else None
            self.duck.execute(
                "insert into main.kept_columns values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    table.schema, table.name, column.name, column.kind.declared,
                    column.kind.oid, column.kind.length or column.kind.size, place,
                    column.nullable, packed and packed >> 16, packed and packed & 0xFFFF,
                ],
            )  # fmt: skip


def quoted(name: str) -> str:
    """Return a name as DuckDB reads it."""
    return '"' + name.replace('"', '""') + '"'


def create_sql(table: Table) -> str:
    """Return the statement that makes the table in DuckDB, with the rules that are enforced."""
    parts = [_column_sql(column) for column in table.columns]
    parts += [
        f"{key.what} ({', '.join(map(quoted, key.columns))})"
        for key in table.keys
        if key.enabled and key.what != "foreign key"
    ]
    temporary = "temporary " if table.temporary else ""
    return f"create {temporary}table {table.duck_name} ({', '.join(parts)})"


def with_keys(table: Table) -> Table:
    """Return the table with NOT NULL on the columns of its primary key.

    Raises:
        Fault: 42703, a key names no column.
    """
    for key in table.keys:
        for name in key.columns:
            if table.column(name) is None:
                raise Fault("42703", f'Column "{name}" named in key does not exist')
    primary = {c.lower() for k in table.keys if k.what == "primary key" for c in k.columns}
    columns = tuple(
        replace(c, nullable=False) if c.name.lower() in primary else c for c in table.columns
    )
    return replace(table, columns=columns)


def _column_sql(column: Column) -> str:
    name = quoted(column.name)
    sql = f"{name} {column.kind.duck}"
    if not column.nullable:
        sql += " not null"
    if column.default:
        sql += f" default ({column.default})"
    if (length := column.kind.length) and not column.kind.user:
        octets = "octet_length" if column.kind.duck == "BLOB" else "strlen"
        sql += f" check ({octets}({name}) <= {length})"
    return sql


BOOT = """
create schema public;
create schema v_catalog;
create schema v_monitor;
create table main.kept_tables (
    table_schema varchar, table_name varchar, partition_expression varchar,
    segment_expression varchar, sort_expression varchar, form varchar
);
create table main.kept_columns (
    table_schema varchar, table_name varchar, column_name varchar, data_type varchar,
    data_type_id bigint, data_type_length bigint, ordinal_position bigint, is_nullable boolean,
    numeric_precision bigint, numeric_scale bigint
);
create table main.kept_sessions (
    session_id varchar, user_name varchar, client_label varchar, client_type varchar,
    client_pid bigint, login_timestamp timestamptz
);
create view v_catalog.tables as select * exclude (form), false as is_temp_table
    from main.kept_tables;
create view v_catalog.columns as select * from main.kept_columns;
create view v_catalog.schemata as
    select schema_name from duckdb_schemas()
    where database_name = current_database()
        and schema_name not in ('main', 'information_schema', 'pg_catalog');
create view v_catalog.views as
    select schema_name as table_schema, view_name as table_name, sql as view_definition
    from duckdb_views()
    where not internal and schema_name not in ('main', 'v_catalog', 'v_monitor');
create view v_catalog.view_columns as
    select c.schema_name as table_schema, c.table_name, c.column_name, c.data_type,
        c.column_index as ordinal_position
    from duckdb_columns() as c
    inner join duckdb_views() as v
        on v.schema_name = c.schema_name and v.view_name = c.table_name
        and v.database_name = c.database_name
    where not v.internal and c.schema_name not in ('main', 'v_catalog', 'v_monitor');
create view v_catalog.nodes as
    select 'v_standin_node0001' as node_name, 'UP' as node_state, '127.0.0.1' as node_address;
create view v_monitor.sessions as
    select 'v_standin_node0001' as node_name, * from main.kept_sessions;
create view v_monitor.configuration_parameters as
    select 'ALL' as node_name, 'Parameter' || range as parameter_name, '0' as current_value
    from range(5000);
"""
