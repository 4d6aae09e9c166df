"""One session: its transaction, its temporary tables, and what each statement does."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from vault_assets_tests.vertica_server import (
    defining,
    denied,
    kinds,
    managing,
    rewriting,
    stores,
    translating,
)
from vault_assets_tests.vertica_server.catalog import Catalog, Table
from vault_assets_tests.vertica_server.faults import Fault, syntax, translated, unsupported
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Statement, Token
from vault_assets_tests.vertica_server.results import Result, number

_CHUNK = 2000
_QUERIES = {"SELECT", "WITH", "("}
_ROWS = {"INSERT", "UPDATE", "DELETE", "MERGE"}
SEARCH_PATH = "public,v_catalog,v_monitor,main"


@dataclass
class Session:
    """The state of one client.

    Args:
        duck: A connection of its own to the shared database.
        catalog: The declared tables of all sessions.
        autocommit: Whether each statement commits.
        database: Parameters of the database, such as how it reads S3.
    """

    duck: duckdb.DuckDBPyConnection
    catalog: Catalog
    autocommit: bool = False
    database: Mapping[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    temporary: dict[str, Table] = field(default_factory=dict)
    open: bool = False
    journal: list[Callable[[], object]] = field(default_factory=list)
    fresh: set[str] = field(default_factory=set)
    lost: bool = False
    accepted: int = 0
    rejected: int = 0
    cancelled: bool = False

    def __post_init__(self) -> None:
        self.duck.execute(f"set search_path = '{SEARCH_PATH}'")
        self.duck.execute("set timezone = 'UTC'")

    @property
    def status(self) -> bytes:
        """The letter of the transaction: I, T or E."""
        return b"E" if self.lost else b"T" if self.open else b"I"

    def lookup(self, schema: str, name: str) -> Table | None:
        """Return a declared table; a temporary one of this session comes first."""
        if not schema and (own := self.temporary.get(name.lower())):
            return own
        return self.catalog.find(schema, name)

    def required(self, schema: str, name: str) -> Table:
        """Return a declared table.

        Raises:
            Fault: 42V01, there is none.
        """
        if found := self.lookup(schema, name):
            return found
        shown = f"{schema}.{name}" if schema else name
        raise Fault("42V01", f'Relation "{shown}" does not exist')

    def cancel(self) -> None:
        """Stop what runs now; nothing happens to a session that is idle."""
        self.cancelled = True
        self.duck.interrupt()

    def run(self, statement: Statement, values: Sequence[str] | None = None) -> Result:
        """Run a statement that is not COPY; `values` are SQL literals for its `?`.

        Raises:
            Fault: What Vertica would raise.
        """
        self.cancelled = False
        with self.faults():
            return self._run(statement.tokens, values)

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """Turn errors of DuckDB into faults and leave the session usable."""
        try:
            yield
        except duckdb.Error as error:
            self.recover()
            raise translated(error) from error

    def check(self, tokens: Sequence[Token]) -> None:
        """Refuse what Vertica refuses, and everything but ROLLBACK after a lost transaction."""
        denied.check(tokens)
        if stores.RECURSION not in self.parameters and any(t.upper == "RECURSIVE" for t in tokens):
            raise unsupported("stopping a recursion after 8 steps: set WithClauseRecursionLimit")
        if self.lost and tokens[0].upper not in {"ROLLBACK", "ABORT"}:
            raise Fault(
                "25P02",
                "The transaction lost a conflict and is undone",
                "ROLLBACK and try again",
            )

    def _run(self, tokens: Sequence[Token], values: Sequence[str] | None) -> Result:
        self.check(tokens)
        verb = tokens[0].upper
        if verb in _QUERIES:
            return managing.managed(self, tokens) or self.query(tokens, values)
        if verb in _ROWS:
            return self._rows(tokens, values)
        if verb in {"CREATE", "ALTER", "DROP", "TRUNCATE", "COMMENT", "GRANT", "REVOKE"}:
            return Result(defining.define(self, tokens))
        return self._control(tokens)

    def query(self, tokens: Sequence[Token], values: Sequence[str] | None = None) -> Result:
        """Start a query; its rows come while they are read."""
        found = translating.translated(rewriting.rewritten(tokens, values), self.lookup, self.types)
        self.duck.execute(found.sql)
        return Result("SELECT", self._fields(found.known), self._chunks())

    def describe(self, tokens: Sequence[Token]) -> Sequence[tuple[str, Kind]] | None:
        """Return the columns that a statement will give; None if it gives none."""
        with self.faults():
            self.check(tokens)
            if tokens[0].upper in _ROWS:
                self._described(tokens)
                return [("OUTPUT", kinds.INT)]
            if tokens[0].upper == "COPY":
                return [("Rows Loaded", kinds.INT)]
            if tokens[0].upper not in _QUERIES:
                return None
            if fields := managing.described(tokens):
                return fields
            return self._described(tokens)

    def _described(self, tokens: Sequence[Token]) -> Sequence[tuple[str, Kind]]:
        nulls = ["NULL"] * rewriting.placeholders(tokens)
        found = translating.translated(rewriting.rewritten(tokens, nulls), self.lookup, self.types)
        if tokens[0].upper in _ROWS:
            self.duck.execute(f"explain {found.sql}")
            return []
        self.duck.execute(f"select * from ({found.sql}) as described limit 0")
        return self._fields(found.known)

    def types(self, sql: str) -> Sequence[str]:
        """Return DuckDB's types of the columns of a query of DuckDB; none if it cannot run."""
        try:
            self.duck.execute(f"select * from ({sql}) as typed limit 0")
        except duckdb.Error:
            return []
        return [str(column[1]) for column in self.duck.description or []]

    def begin(self) -> None:
        """Open a transaction if there is none."""
        if not self.open:
            self.duck.execute("begin")
            self.open = True

    def commit(self) -> None:
        """End the transaction; temporary tables without PRESERVE ROWS become empty."""
        if not self.open:
            return
        for table in self.temporary.values():
            if not table.keeps_rows:
                self.duck.execute(f"delete from {table.duck_name}")
        self.open = False
        self.journal.clear()
        self.fresh.clear()
        self.duck.execute("commit")

    def rollback(self) -> None:
        """Undo the transaction."""
        if self.open:
            self.duck.execute("rollback")
        self.open = self.lost = False
        self.journal.clear()
        for name in self.fresh:
            self.temporary.pop(name, None)
        self.fresh.clear()

    def write(self, sql: str) -> int:
        """Run a statement that writes; return how many rows it says."""
        row = self.duck.execute(sql).fetchone()
        self.journal.append(lambda: self.duck.execute(sql).fetchall())
        return int(row[0]) if row else 0

    def undo(self) -> None:
        """Undo the last statement only, as Vertica does: run the earlier ones of it again."""
        redo = list(self.journal)
        self.rollback()
        if not redo:
            return
        self.begin()
        try:
            for step in redo:
                step()
                self.journal.append(step)
        except duckdb.Error:
            self.rollback()
            self.lost = True

    def recover(self) -> None:
        """After an error of DuckDB: undo the statement if DuckDB dropped its transaction."""
        if not self.open:
            with contextlib.suppress(duckdb.Error):
                self.duck.execute("rollback")
            return
        try:
            self.duck.execute("select 1").fetchall()
        except duckdb.Error:
            self.undo()

    def _rows(self, tokens: Sequence[Token], values: Sequence[str] | None) -> Result:
        found = translating.translated(rewriting.rewritten(tokens, values), self.lookup, self.types)
        self.begin()
        if tokens[0].upper == "MERGE":
            managing.check_merge(self, found.tree)
        count = self.write(found.sql)
        if self.autocommit:
            self.commit()
        return number("OUTPUT", count, tokens[0].upper)

    def _control(self, tokens: Sequence[Token]) -> Result:
        verb = tokens[0].upper
        if verb in {"COMMIT", "END"}:
            self.commit()
        elif verb in {"ROLLBACK", "ABORT"}:
            if any(token.upper == "TO" for token in tokens):
                raise unsupported("savepoints")
            self.rollback()
        elif verb in {"BEGIN", "START"}:
            self.begin()
        elif verb == "SET":
            self._set([token.upper for token in tokens])
        else:
            raise unsupported(verb)
        return Result(verb)

    def _set(self, words: list[str]) -> None:
        known = {
            "SESSION",
            "LOCALE",
            "TIME",
            "TIMEZONE",
            "DATESTYLE",
            "SEARCH_PATH",
            "ESCAPE_STRING_WARNING",
        }
        if len(words) < 3 or words[1] not in known:
            raise syntax(f'at or near "{words[1] if len(words) > 1 else ";"}"')
        if words[1:3] == ["SESSION", "AUTOCOMMIT"]:
            self.autocommit = words[-1] == "ON"
            if self.autocommit:
                self.commit()
        elif words[1] == "SEARCH_PATH":
            raise unsupported("another search path")

    def _fields(self, known: Sequence[Kind | None]) -> list[tuple[str, Kind]]:
        columns = self.duck.description or []
        if len(known) != len(columns):
            known = [None] * len(columns)
        return [
            (str(column[0]), kind or kinds.of_duck(str(column[1])))
            for column, kind in zip(columns, known, strict=True)
        ]

    def _chunks(self) -> Iterator[list[tuple[Any, ...]]]:
        while True:
            if self.cancelled:
                raise Fault("57014", "Execution canceled by operator")
            with self.faults():
                rows = self.duck.fetchmany(_CHUNK)
            if not rows:
                return
            yield rows

    def drop_all(self) -> None:
        """Leave: undo what is open and close."""
        with contextlib.suppress(duckdb.Error):
            self.rollback()
        self.duck.close()
