"""Definitions: tables, views and comments. Each commits, so none is made while changes wait."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vault_assets.errors import TargetError
from vault_assets.model.names import literal, quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica import replacing
from vault_assets.targets.vertica.names import COMMENTS, NEW, REGISTRY, SWAP
from vault_assets.targets.vertica.physical import (
    column_body,
    column_type,
    newest_projection,
    physical_clauses,
)
from vault_assets.targets.vertica.results import nothing
from vault_assets.targets.vertica.statements import Name, Statement
from vault_assets.targets.vertica.swapping import Swap, staging_statements
from vault_assets.targets.vertica.twin import Columns
from vault_assets.targets.vertica.units import DefinitionNeeded

if TYPE_CHECKING:
    from vault_assets.targets.vertica.connection import VerticaConnection

DEEPEST = 1000
"""Steps of a recursive query: that many pairs of a same-as link may follow one another."""

_COMMENT = re.compile(
    r'comment\s+on\s+column\s+"(?P<layer>[^"]+)"\."(?P<table>[^"]+)"\."(?P<column>[^"]+)"'
    r"\s+is\s+(?P<text>'.*')\Z",
    re.IGNORECASE | re.DOTALL,
)


class Definitions:
    """Makes definitions on the server, and the same in the twin.

    Args:
        connection: Whose they are.
    """

    def __init__(self, connection: "VerticaConnection") -> None:
        self._connection = connection
        self.plans: dict[Name, TablePlan] = {}
        self.pool: dict[str, Columns] = {}
        self.temporary: set[str] = set()
        self._keeps_comments = False
        self._recurses = False
        self.verbs: Mapping[str, Callable[[Statement, Parameters], Any]] = {
            "comment": self._comment,
            "table": self._create_table,
            "table_as": self._create_as,
            "view": self._create_view,
            "schema": self._create_schema,
            "drop": self._drop,
            "alter": self._alter,
            "macro": self._macro,
        }

    def empty(self, table: str, columns: Columns) -> None:
        """Have an empty temporary table on the server; that of an earlier load is used again."""
        kept = self.pool.get(table)
        if kept == columns:
            self._connection.wire.run(f"delete from {quoted(table)}")
            return
        body = column_body(columns)
        create = f"create local temporary table {quoted(table)} ({body}) on commit preserve rows"
        drop = [f"drop table {quoted(table)}"] if kept else []
        self._define(*drop, create, temporary={table: columns})

    def _define(self, *statements: str, temporary: Mapping[str, Columns] | None = None) -> None:
        unit = self._connection.unit
        due = [sql for sql in statements if sql not in unit.defined]
        if due and unit.changed:
            raise DefinitionNeeded(due, temporary)
        self.make(due, temporary or {})

    def make(self, statements: Sequence[str], temporary: Mapping[str, Columns]) -> None:
        """Make definitions, and note them; temporary tables are known by their columns."""
        for sql in statements:
            self._connection.wire.run(sql)
            if not temporary:
                self._connection.unit.defined.add(sql)
        self.pool.update(temporary)

    def _create_table(self, found: Statement, parameters: Parameters) -> Any:
        twin, unit, target = self._connection.twin, self._connection.unit, found.target
        stored = twin.table(target)
        twin.engine.execute(found.text, parameters)
        columns = twin.table(target)
        if not target[0]:
            self.empty(target[1], columns)
            self.temporary.add(target[1])
            return nothing()
        before = unit.dropped.pop(target, None)
        if before == columns:
            self._connection.wire.run(f"delete from {self._connection.schemas.sql(target)}")
            unit.changed = True
        elif before or stored != columns:
            self._build(target, columns, beside=bool(before or stored))
        return nothing()

    def _build(self, target: Name, columns: Columns, *, beside: bool) -> None:
        """Create a table; if it replaces one, beside that one, which readers see until then."""
        schemas, plan = self._connection.schemas, self.plans.get(target)
        place, before = target, []
        if beside:
            self._ensure_comments()
            place, before = replacing.beside(target), replacing.cleared(schemas, target)
        body, clauses = column_body(columns, plan), physical_clauses(columns, plan)
        after = []
        if plan and plan.design and plan.design.newest:
            after = newest_projection(schemas.schema(place[0]), place[1], columns)
        self._define(*before, f"create table {schemas.sql(place)} ({body}){clauses}", *after)
        if beside:
            self._connection.unit.built[target] = place
            self._keep(*target, NEW, literal("to be renamed"))

    def allow_recursion(self) -> None:
        """Let recursive queries of the session go deep: by default Vertica stops them unsaid."""
        if not self._recurses:
            self._define(f"alter session set WithClauseRecursionLimit = {DEEPEST}")
            self._recurses = True

    def stage(self, swap: Swap) -> None:
        """Have an empty table for new partitions, and a mark that they are to be exchanged."""
        self._ensure_comments()
        self._define(*staging_statements(self._connection.schemas, swap))
        self._keep(*swap.name, SWAP, literal(str(dt.datetime.now(dt.UTC).replace(tzinfo=None))))

    def _create_as(self, found: Statement, parameters: Parameters) -> Any:
        """Create a temporary table with the rows of a query, which may read its former self."""
        table = found.target[1]
        if not found.temporary:
            raise TargetError("only temporary tables can be created as a query", where=table)
        columns = self._connection.twin.described(found.query, parameters)
        if ("", table) in found.reads and table in self.temporary:
            self._fill(f"{table}__new", columns, found, parameters)
            self.empty(table, columns)
            self._connection.wire.run(
                f"insert into {quoted(table)} select * from {quoted(f'{table}__new')}"
            )
        else:
            self._fill(table, columns, found, parameters)
        self._connection.twin.create(("", table), columns)
        self.temporary.add(table)
        return nothing()

    def _fill(self, table: str, columns: Columns, found: Statement, parameters: Parameters) -> None:
        connection = self._connection
        self.empty(table, columns)
        if not connection.reads_server(found):
            connection.copy(("", table), columns, found.query, parameters)
            return
        if ("", table) not in found.reads:
            connection.twin.create(("", table), columns)
        into = ", ".join(quoted(column.name) for column in columns)
        connection.send(f"insert into {quoted(table)} ({into})\n{found.query}", found, parameters)

    def _create_view(self, found: Statement, parameters: Parameters) -> Any:
        connection, unit, target = self._connection, self._connection.unit, found.target
        connection.twin.engine.execute(found.text, parameters)
        if not target[0]:
            return nothing()
        query, place = connection.translate(found.query, parameters), target
        if "WITH RECURSIVE" in query:
            # How deep it goes is up to the session of the reader: by default 8 steps, and no error.
            raise TargetError("a recursive view is not made on Vertica", where=".".join(target))
        if found.reads & unit.built.keys():
            # Until the table is in its place, the view reads the one that is built.
            place = replacing.beside(target)
            unit.views[target] = (
                f"create or replace view {connection.schemas.sql(target)} as {query}"
            )
            query = connection.schemas.redirected(query, unit.built)
            unit.built[target] = place
        was_table = unit.dropped.pop(target, None)
        drop = [f"drop table {connection.schemas.sql(target)}"] if was_table else []
        self._define(*drop, f"create or replace view {connection.schemas.sql(place)} as {query}")
        return nothing()

    def _create_schema(self, found: Statement, parameters: Parameters) -> Any:
        twin, layer = self._connection.twin, found.target[1]
        if not twin.has_schema(layer):
            schema = self._connection.schemas.schema(layer)
            self._define(f"create schema if not exists {quoted(schema)}")
            twin.engine.execute(found.text, parameters)
        return nothing()

    def _drop(self, found: Statement, parameters: Parameters) -> Any:
        twin, unit, target = self._connection.twin, self._connection.unit, found.target
        if not target[0]:
            if target[1] not in self.temporary:
                return twin.engine.execute(found.text, parameters)
            self.temporary.discard(target[1])  # the server keeps it for the next load
        elif columns := twin.table(target):
            place = self._connection.schemas.sql(target)
            if found.what == "view":
                self._define(f"drop view if exists {place}")
            else:
                if target in unit.built:
                    raise TargetError("is replaced twice in one load", where=".".join(target))
                unit.dropped[target] = columns
        twin.drop(target)
        return nothing()

    def _alter(self, found: Statement, parameters: Parameters) -> Any:
        twin = self._connection.twin
        before = {column.name for column in twin.table(found.target)}
        twin.engine.execute(found.text, parameters)
        after = twin.table(found.target)
        place, plan = self._connection.schemas.sql(found.target), self.plans.get(found.target)
        gone = before - {column.name for column in after}
        added = [column for column in after if column.name not in before]
        self._define(
            *(
                f"alter table {place} add column {quoted(c.name)} {column_type(c, plan)}"
                for c in added
            ),
            *(f"alter table {place} drop column {quoted(name)}" for name in sorted(gone)),
        )
        return nothing()

    def _comment(self, found: Statement, parameters: Parameters) -> Any:
        """Keep the comment of a column as a row of the registry: so it is part of the unit."""
        match = _COMMENT.match(found.text)
        if match is None:
            return nothing()
        self._connection.twin.engine.execute(found.text, parameters)
        self._keep(match["layer"], match["table"], match["column"], match["text"])
        return nothing()

    def _macro(self, found: Statement, parameters: Parameters) -> Any:
        """Keep a view with parameters in the registry: Vertica has none, calls are written out."""
        self._connection.twin.apply(found.text, parameters)
        self._keep(*found.target, "", literal(found.text) if found.what == "create" else "")
        return nothing()

    def _keep(self, layer: str, table: str, column: str, text: str) -> None:
        """Keep a text, as SQL, in the registry, in place of the one before; or none."""
        wire, place = self._connection.wire, self._connection.schemas.sql((REGISTRY, COMMENTS))
        self._ensure_comments()
        key = [literal(part) for part in (layer, table, column)]
        wire.run(
            f"delete from {place} where layer = {key[0]} and table_name = {key[1]} "
            f"and column_name = {key[2]}"
        )
        if text:
            wire.run(f"insert into {place} select {', '.join(key)}, {text}")
        self._connection.unit.changed = True

    def _ensure_comments(self) -> None:
        if not self._keeps_comments:
            place = self._connection.schemas.sql((REGISTRY, COMMENTS))
            schema = quoted(self._connection.schemas.schema(REGISTRY))
            self._define(
                f"create schema if not exists {schema}",
                f"create table if not exists {place} (layer varchar(100), "
                "table_name varchar(300), column_name varchar(300), meaning varchar(65000)) "
                "order by layer, table_name, column_name unsegmented all nodes",
            )
            self._keeps_comments = True
