"""The connection: takes the statements of loads, and runs each where its rows are.

What reads tables of the warehouse is translated and sent. Rows of the engine (of files, frames,
single values) go to the server by COPY. What only asks for columns is answered by the twin.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vault_assets.errors import TargetError, UnavailableError
from vault_assets.model.names import literal, quoted
from vault_assets.sql.plans import TablePlan
from vault_assets.targets.session import Parameters
from vault_assets.targets.vertica.client import client, may_go_away, told
from vault_assets.targets.vertica.copy_area import CopyArea
from vault_assets.targets.vertica.copying import RowStream, copy_statement, row_texts
from vault_assets.targets.vertica.definitions import Definitions
from vault_assets.targets.vertica.names import Schemas
from vault_assets.targets.vertica.replacing import finish, publish
from vault_assets.targets.vertica.results import Rows, counted
from vault_assets.targets.vertica.server_copies import ServerCopies
from vault_assets.targets.vertica.statements import Name, Statement, statement
from vault_assets.targets.vertica.swapping import Swap, exchange, repair
from vault_assets.targets.vertica.twin import Columns, Twin, named
from vault_assets.targets.vertica.types import stored_type
from vault_assets.targets.vertica.units import DefinitionNeeded, Unit
from vault_assets.targets.vertica.wire import Answer, Wire

Translate = Callable[[str, Parameters], str]
_TAKEN = "taken_rows"
_DESCRIBED = ("column_name", "column_type", "null", "key", "default", "extra")


class VerticaConnection:
    """Offers what loads use of a DuckDB connection.

    Args:
        wire: The session on the server.
        twin: The engine with the same tables, empty and current.
        schemas: How tables are called on the server.
        translate: Makes a statement of ours one of Vertica.
        area: Where many rows wait for the server; None: all go through the client.
    """

    def __init__(
        self,
        wire: Wire,
        twin: Twin,
        schemas: Schemas,
        translate: Translate,
        area: CopyArea | None = None,
    ) -> None:
        self.wire = wire
        self.area = area
        self.twin = twin
        self.schemas = schemas
        self.translate = translate
        self.unit = Unit()
        self.definitions = Definitions(self)
        self._verbs: Mapping[str, Callable[[Statement, Parameters], Any]] = {
            "describe": self._describe,
            "select": self._select,
            "insert": self._insert,
            "change": self._change,
            "engine": self._in_engine,
        }

    def execute(self, sql: str, parameters: Parameters = None) -> Any:
        """Run one statement of ours.

        Raises:
            TargetError: It cannot be said on Vertica, or the server refuses it.
            UnavailableError: The server is gone, or another try may succeed.
            vertica_python.errors.Error: The same inside of a transaction, which is tried again.
            DefinitionNeeded: It defines something, and changes wait for their commit.
        """
        found = statement(sql)
        run = self._verbs.get(found.verb) or self.definitions.verbs[found.verb]
        try:
            return run(found, parameters or None)
        except client().errors.Error as error:
            if not may_go_away(error):
                raise TargetError(told(error)) from error
            if self.unit.open:
                raise
            raise UnavailableError(told(error), where=self.schemas.warehouse) from error

    def register(self, name: str, rows: Any) -> None:
        """Let the engine read a frame or an Arrow table by a name."""
        self.twin.engine.register(name, rows)

    def unregister(self, name: str) -> None:
        """Forget a name."""
        self.twin.engine.unregister(name)

    def declare(self, table: TablePlan) -> None:
        """Note the plan of a table, should it be created."""
        self.definitions.plans[table.layer, table.name] = table

    def begin(self, defined: set[str]) -> None:
        """Begin a transaction.

        Args:
            defined: Definitions of earlier attempts, which are not made again; grows.
        """
        self.unit = Unit(open=True, defined=defined)

    def commit(self) -> None:
        """Commit; tables are replaced and dropped after it, for these are definitions."""
        for name in self.unit.dropped:
            self.wire.run(f"delete from {self.schemas.sql(name)}")
        self.wire.run("commit")
        done, self.unit = self.unit, Unit()
        for name in done.built:
            if name not in done.views:
                publish(self.wire, self.schemas, name)
        for swap in done.swapped.values():
            exchange(self.wire, self.schemas, swap)
        for name, create in done.views.items():
            self.wire.run(create)
            self.wire.run(f"drop view {self.schemas.sql(done.built[name])}")
        for name in done.dropped:
            self.wire.run(f"drop table {self.schemas.sql(name)}")
        for name in done.filled:
            place = f"{self.schemas.schema(name[0])}.{name[1]}"
            self.wire.run(f"select analyze_statistics({literal(place)})")

    def finish(self, names: Sequence[Name]) -> bool:
        """Replace tables that an earlier load has built; return whether there was one.

        Partitions that one has not wholly exchanged are to be built again.
        """
        repair(self.wire, self.schemas, names)
        return finish(self.wire, self.schemas, names)

    def rollback(self) -> None:
        """Undo the transaction."""
        self.unit = Unit(defined=self.unit.defined)
        self.wire.run("rollback")

    def define(self, needed: DefinitionNeeded) -> None:
        """Make definitions that a unit needed, outside of it."""
        self.definitions.make(needed.statements, needed.temporary)

    def is_remote(self, name: Name) -> bool:
        """Whether a table is on the server, and not an object of the engine."""
        schema, table = name
        if schema:
            return schema not in {"information_schema", "pg_catalog", "main"}
        return table in self.definitions.temporary

    def reads_server(self, found: Statement) -> bool:
        """Whether a statement reads any table that is on the server."""
        return any(map(self.is_remote, found.reads))

    def send(self, sql: str, found: Statement, parameters: Parameters) -> Answer:
        """Translate and run a statement; what it reads of the engine is uploaded first."""
        for name in sorted(found.reads):
            if not self.is_remote(name):
                self._upload(name[1])
        told = self.schemas.redirected(self.translate(sql, parameters), self.unit.built)
        for swap in self.unit.swapped.values():
            told = swap.redirected(told, self.schemas)
        if "WITH RECURSIVE" in told:
            self.definitions.allow_recursion()
        return self.wire.run(told)

    def take(self, table: str, query: str, parameters: Parameters = None) -> None:
        """Make a temp table of the engine, and not of the server, of the rows of a query."""
        columns = self.twin.described(query, parameters)
        rows = self.execute(query, parameters).to_arrow_table()
        self.twin.create(("", table), columns)
        self.register(_TAKEN, rows)
        self.twin.engine.execute(f"insert into {named(('', table))} from {_TAKEN}")
        self.unregister(_TAKEN)

    def swap_in(self, swap: Swap) -> None:
        """Let the next rows of a mart be new partitions, which it gets after the commit."""
        self.definitions.stage(swap)
        self.unit.swapped[swap.name] = swap

    def copy(self, target: Name, columns: Columns, query: str, parameters: Parameters) -> int:
        """Load rows of the engine into a table; return how many.

        Raises:
            TargetError: The server has loaded another number of rows than were sent.
        """
        if swap := self.unit.swapped.get(target):
            target = swap.staging
        place = self.schemas.sql(self.unit.built.get(target, target))
        sent, loaded = self._copied(place, columns, query, parameters)
        if loaded != sent:
            raise TargetError(
                f"{sent} rows were sent, but {loaded} are loaded",
                where=".".join(filter(None, target)),
            )
        return loaded

    def _copied(
        self, place: str, columns: Columns, query: str, parameters: Parameters
    ) -> tuple[int, int]:
        """Return how many rows were sent, and how many are loaded."""
        wire, engine = self.wire, self.twin.engine
        if self.area is not None and self.area.is_open:
            return ServerCopies(wire, self.area, engine).copy(place, columns, query, parameters)
        stream = RowStream(engine, row_texts(query, columns), parameters)
        answer = wire.run(copy_statement(place, columns), stream)
        return stream.rows, answer.rows[0][0]

    def _upload(self, table: str) -> None:
        """Copy a view or frame of the engine into a temporary table of the same name."""
        query = f"select * from {quoted(table)}"
        columns = self.twin.described(query)
        self.definitions.empty(table, columns)
        self.copy(("", table), columns, query, None)

    def _describe(self, found: Statement, parameters: Parameters) -> Any:
        answer = self.twin.engine.execute(found.text, parameters).fetchall()
        rows = [[name, stored_type(kind), *rest] for name, kind, *rest in answer]
        return Rows(Answer(_DESCRIBED, rows))

    def _in_engine(self, found: Statement, parameters: Parameters) -> Any:
        return self.twin.engine.execute(found.text, parameters)

    def _select(self, found: Statement, parameters: Parameters) -> Any:
        if not self.reads_server(found):
            return self._in_engine(found, parameters)
        answer = self.send(found.text, found, parameters)
        return Rows(answer, lambda: self.twin.describe(found.text, parameters))

    def _insert(self, found: Statement, parameters: Parameters) -> Any:
        target = self.twin.table(found.target)
        kinds = {column.name: column for column in target}
        given = list(self.twin.describe(found.query, parameters))
        names = list(found.columns) or given
        if not (found.columns or found.by_name):
            names = list(kinds)[: len(given)]
        if unknown := [name for name in names if name not in kinds]:
            raise TargetError(
                f"has no column {unknown[0]!r}", where=".".join(filter(None, found.target))
            )
        into = ", ".join(map(quoted, names))
        if self.reads_server(found):
            place = ".".join(quoted(part) for part in found.target if part)
            sql = f"insert into {place} ({into})\n{found.query}"
            count = self.send(sql, found, parameters).rows[0][0]
        else:
            query = f"select * from (\n{found.query}\n) as given ({into})"
            count = self.copy(found.target, tuple(kinds[n] for n in names), query, parameters)
        self.unit.mark(found.target)
        return counted(count)

    def _change(self, found: Statement, parameters: Parameters) -> Any:
        answer = self.send(found.text, found, parameters)
        self.unit.mark(found.target)
        return counted(answer.rows[0][0] if answer.rows else 0)
