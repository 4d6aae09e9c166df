"""Typed loading of records: what fits is inserted, the rest is rejected with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from vault_assets_tests.vertica_server.catalog import Column, Table, quoted
from vault_assets_tests.vertica_server.copy_options import Copy
from vault_assets_tests.vertica_server.faults import Fault
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.records import Record, records

_CHUNK = 50_000


@dataclass(frozen=True)
class Rejection:
    """A record that was not loaded."""

    file: str
    number: int
    raw: str
    reason: str


@dataclass
class Outcome:
    """What a COPY did."""

    loaded: int = 0
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True)
class Loader:
    """One COPY into one table.

    Args:
        duck: The session's connection; it is in a transaction.
        table: Where to.
        copy: The statement.
        done: How to run the inserts of this COPY again.
    """

    duck: duckdb.DuckDBPyConnection
    table: Table
    copy: Copy
    done: list[Callable[[], object]] = field(default_factory=list)

    def load(self, data: bytes, file: str, outcome: Outcome) -> list[Rejection]:
        """Load one file; count in `outcome`, return what this file had rejected.

        Raises:
            Fault: 22V04 if a rejection ends the statement.
        """
        first = len(outcome.rejections)
        text = data.decode("utf-8", "replace")
        waiting: list[Record] = []
        for record in records(text, self.copy.format):
            if reason := self._shape(record):
                self._reject(Rejection(file, record.number, record.raw, reason), outcome)
                continue
            waiting.append(record)
            if len(waiting) == _CHUNK:
                self._insert(waiting, file, outcome)
                waiting = []
        self._insert(waiting, file, outcome)
        rejected = outcome.rejections[first:]
        return sorted(rejected, key=lambda r: r.number)

    def read_columns(self) -> list[Column]:
        """Return the columns and fillers that a record has, in order.

        Raises:
            Fault: 42703, no such column.
        """
        if not self.copy.items:
            return list(self.table.columns)
        found = []
        for item in self.copy.items:
            if item.filler:
                found.append(Column(item.name, item.filler))
            elif not item.computed:
                found.append(self._column(item.name))
            else:
                self._column(item.name)
        return found

    def _column(self, name: str) -> Column:
        if column := self.table.column(name):
            return column
        raise Fault("42703", f'Column "{name}" of relation "{self.table.name}" does not exist')

    def _shape(self, record: Record) -> str:
        wanted, given = len(self.read_columns()), len(record.fields)
        if given > wanted:
            return "Too many columns found"
        if given < wanted:
            if not self.copy.format.trailing_nulls:
                return "Too few columns found"
            record.fields.extend([None] * (wanted - given))
        return ""

    def _insert(self, waiting: Sequence[Record], file: str, outcome: Outcome) -> None:
        if not waiting:
            return
        columns = self.read_columns()
        arrow = {f"c{place}": [r.fields[place] for r in waiting] for place in range(len(columns))}
        fields = [pa.field(name, pa.string()) for name in arrow]
        given = pa.table({"n": range(len(waiting)), **arrow}, schema=pa.schema(
            [pa.field("n", pa.int64()), *fields]
        ))  # fmt: skip
        self._insert_given(given, waiting, file, outcome)

    def _insert_given(
        self, given: pa.Table, waiting: Sequence[Record], file: str, outcome: Outcome
    ) -> None:
        """Insert the rows of `given`: `n` is the place of the record, c0 ... are its fields."""
        columns = self.read_columns()
        self.duck.register("given", given)
        try:
            self._reject_misfits(waiting, columns, file, outcome)
            sql = self._insertion(columns)
            outcome.loaded += self._inserted(sql)
            self.done.append(lambda: self._again(sql, given))
        finally:
            self.duck.unregister("given")

    def _reject_misfits(
        self, waiting: Sequence[Record], columns: Sequence[Column], file: str, outcome: Outcome
    ) -> None:
        tests = [self._misfit(f"c{place}", column) for place, column in enumerate(columns)]
        wrong = " or ".join(f"({test})" for test in tests)
        rows = self.duck.execute(
            f"select n, {', '.join(tests)} from given where {wrong} order by n"
        ).fetchall()
        for n, *flags in rows:
            place = flags.index(True)
            value = waiting[n].fields[place]
            reason = _reason(columns[place], place + 1, value)
            self._reject(Rejection(file, waiting[n].number, waiting[n].raw, reason), outcome)

    def _misfit(self, name: str, column: Column) -> str:
        """SQL that is true where a field does not fit its column, and never NULL."""
        kind = column.kind
        if kind.duck == "BIGINT":
            test = f"not v_is_int({name}) or try_cast({name} as bigint) is null"
        elif kind.duck in {"VARCHAR", "BLOB"}:
            longest = kind.length if self.copy.enforce_length else None
            test = f"strlen({name}) > {longest}" if longest else "false"
        else:
            test = f"try_cast({name} as {kind.duck}) is null"
        missing = "false" if column.nullable else f"{name} is null"
        return f"coalesce({name} is not null and ({test}), false) or {missing}"

    def _typed(self, name: str, kind: Kind) -> str:
        """SQL of a field as it is stored."""
        if kind.duck == "VARCHAR":
            return f"v_left({name}, {kind.length})" if kind.length else name
        if kind.duck == "BLOB":
            return f"encode({name})"
        return f"cast({name} as {kind.duck})"

    def _inserted(self, sql: str) -> int:
        row = self.duck.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _again(self, sql: str, given: pa.Table) -> None:
        self.duck.register("given", given)
        self._inserted(sql)
        self.duck.unregister("given")

    def _insertion(self, columns: Sequence[Column]) -> str:
        tests = " or ".join(self._misfit(f"c{p}", c) for p, c in enumerate(columns))
        typed = ", ".join(
            f"{self._typed(f'c{place}', column.kind)} as {quoted(column.name)}"
            for place, column in enumerate(columns)
        )
        items = self.copy.items
        stored = [i for i in items if not i.filler] if items else []
        names = [quoted(i.name) for i in stored] or [quoted(c.name) for c in columns]
        values = [i.computed or quoted(i.name) for i in stored] or names
        return (
            f"insert into {self.table.duck_name} ({', '.join(names)}) "
            f"select {', '.join(values)} from "
            f"(select {typed} from given where not ({tests}) order by n) as typed"
        )

    def _reject(self, rejection: Rejection, outcome: Outcome) -> None:
        outcome.rejections.append(rejection)
        text = f"COPY: Input record {rejection.number} has been rejected ({rejection.reason})"
        if self.copy.abort_on_error:
            raise Fault("22V04", text)
        if self.copy.reject_max and len(outcome.rejections) >= self.copy.reject_max:
            raise Fault("22V04", f"COPY: REJECTMAX of {self.copy.reject_max} reached. {text}")


def _reason(column: Column, place: int, value: str | None) -> str:
    where = f"column {place} ({column.name})"
    if value is None:
        return f"Null value for NOT NULL column {place} ({column.name})"
    if column.kind.length:
        size = len(value.encode())
        named = column.kind.declared.replace(column.kind.name, column.kind.name.title())
        return f"The {size}-byte value is too long for type {named}, {where}"
    called = {"int": "integer"}.get(column.kind.name, column.kind.name)
    return f"Invalid {called} format '{value}' for {where}"
