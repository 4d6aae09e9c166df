"""Functions that manage, which a SELECT without FROM calls, and the checks of MERGE."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from vault_assets_tests.vertica_server import declaring, kinds, rewriting, translating
from vault_assets_tests.vertica_server.catalog import Table
from vault_assets_tests.vertica_server.changing import changing
from vault_assets_tests.vertica_server.faults import Fault, syntax
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Token, by_comma, closing, joined, literal
from vault_assets_tests.vertica_server.lexing import tokens as lexed
from vault_assets_tests.vertica_server.results import Result

if TYPE_CHECKING:
    from vault_assets_tests.vertica_server.session import Session

_ANSWERS = {"GET_NUM_ACCEPTED_ROWS": kinds.INT, "GET_NUM_REJECTED_ROWS": kinds.INT}


def managed(session: "Session", tokens: Sequence[Token]) -> Result | None:
    """Run `SELECT FUNCTION(…)` of this module; None if it is another query."""
    fields = described(tokens)
    if fields is None:
        return None
    end = closing(tokens, 2)
    arguments = [_argument(part) for part in by_comma(tokens[3:end])]
    answer = _FUNCTIONS[tokens[1].upper](session, arguments)
    return Result("SELECT", fields, iter([[(answer,)]]))


def described(tokens: Sequence[Token]) -> list[tuple[str, Kind]] | None:
    """Return the column of such a call; None if it is another query."""
    name = tokens[1].upper if len(tokens) > 2 else ""
    if tokens[0].upper != "SELECT" or name not in _FUNCTIONS:
        return None
    if len(tokens) > closing(tokens, 2) + 3:
        raise syntax(f"{name} must be called alone")
    return [(name, _ANSWERS.get(name, kinds.VARCHAR))]


def check_merge(session: "Session", tree: exp.Expr) -> None:
    """Refuse what Vertica's MERGE refuses.

    Raises:
        Fault: 42601, several branches of a kind; 23505, a row matched more than once.
    """
    if not isinstance(tree, exp.Merge):
        return
    whens = tree.args["whens"].expressions
    matched = [bool(when.args.get("matched")) for when in whens]
    if matched.count(True) > 1 or matched.count(False) > 1:
        raise syntax("MERGE takes one matched and one not matched branch")
    target, using, on = (tree.args[part].sql("duckdb") for part in ("this", "using", "on"))
    name = tree.this.alias_or_name
    twice = session.duck.execute(
        f"select 1 from {target} join {using} on {on} group by {name}.rowid having count(*) > 1"
    ).fetchone()
    if twice and any(matched):
        raise Fault("23505", "Duplicate MERGE key detected in join")


def _argument(part: Sequence[Token]) -> str:
    return part[0].value if len(part) == 1 else joined(part)


def _analyze(session: "Session", arguments: list[str]) -> str:
    _table(session, arguments[0])
    session.commit()
    return "0"


def _table(session: "Session", text: str) -> Table:
    (schema, name), _ = declaring.table_name(lexed(text), 0)
    return session.required(schema, name)


def _swap(session: "Session", arguments: list[str]) -> str:
    """Exchange the rows of partitions of two tables whose layouts are equal."""
    staging, low, high, target = arguments[:4]
    one, other = _table(session, staging), _table(session, target)
    for what in ("columns", "layout", "keys"):
        if getattr(one, what) != getattr(other, what):
            raise Fault("55000", f"Tables {staging} and {target} have unequal {what}")
    inside = _partition(one.layout.partition_by, low, high)
    with changing(session):
        duck = session.duck
        duck.execute(f"create temp table __swap as from {one.duck_name} where {inside}")
        duck.execute(f"delete from {one.duck_name} where {inside}")
        duck.execute(f"insert into {one.duck_name} from {other.duck_name} where {inside}")
        duck.execute(f"delete from {other.duck_name} where {inside}")
        duck.execute(f"insert into {other.duck_name} from temp.__swap")
        duck.execute("drop table temp.__swap")
    return f"{low} to {high} partitions are swapped between tables {staging} and {target}"


def _drop_partitions(session: "Session", arguments: list[str]) -> str:
    name, low, high = arguments[:3]
    table = _table(session, name)
    inside = _partition(table.layout.partition_by, low, high)
    with changing(session):
        session.duck.execute(f"delete from {table.duck_name} where {inside}")
    return "Partition dropped"


def _partition(clause: str, low: str, high: str) -> str:
    if not clause:
        raise Fault("55000", "The table is not partitioned")
    text = clause.partition(" group by ")[0]
    key = translating.expression(rewriting.rewritten(lexed(text)))
    return f"({key}) between {literal(low)} and {literal(high)}"


def _nothing(session: "Session", arguments: list[str]) -> str:
    del arguments
    session.commit()
    return "0"


_FUNCTIONS: "dict[str, Callable[[Session, list[str]], object]]" = {
    "ANALYZE_STATISTICS": _analyze,
    "SWAP_PARTITIONS_BETWEEN_TABLES": _swap,
    "DROP_PARTITIONS": _drop_partitions,
    "GET_NUM_ACCEPTED_ROWS": lambda session, _: session.accepted,
    "GET_NUM_REJECTED_ROWS": lambda session, _: session.rejected,
    "PURGE_TABLE": _analyze,
    "REFRESH": _nothing,
    "MAKE_AHM_NOW": _nothing,
}
