"""Note the types that the rewriting asks for, while the statement is one of DuckDB still."""

from collections.abc import Iterator

from sqlglot import exp

from vault_assets.sql.vertica.building import TYPE
from vault_assets.sql.vertica.scopes import Scopes, outer_select, sources
from vault_assets.sql.vertica.types import TEXTUAL

_TEXTS = (
    exp.Concat, exp.ConcatWs, exp.DPipe, exp.MD5, exp.Lower, exp.Upper, exp.Substring, exp.Replace,
    exp.RegexpReplace, exp.TimeToStr, exp.Left, exp.Trim, exp.SplitPart, exp.JSONExtractScalar,
    exp.Null,
)  # fmt: skip
_CONDITIONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.And, exp.Or, exp.Not, exp.In,
    exp.Exists, exp.Boolean, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between,
)  # fmt: skip
_PLAIN = (
    (_TEXTS, "VARCHAR"),
    (_CONDITIONS, "BOOLEAN"),
    ((exp.Count, exp.RowNumber), "BIGINT"),
    ((exp.Tuple,), "STRUCT"),
)


def note_types(tree: exp.Expr, scopes: Scopes) -> None:
    """Write DuckDB's type into `meta` of each node whose handling depends on it."""
    for node in list(tree.walk(bfs=False)):
        for value in _asked(node):
            if TYPE not in value.meta:
                value.meta[TYPE] = _type(value, scopes)


def _asked(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
        if node.args["to"].sql("duckdb").upper() in TEXTUAL | {"TEXT", "BIGINT", "INT", "INTEGER"}:
            yield node.this
    elif isinstance(node, exp.DPipe):
        yield node.this
        yield node.expression
    elif isinstance(node, exp.Concat | exp.ConcatWs | exp.Tuple):
        yield from node.expressions
    elif isinstance(node, exp.ArrayAgg):
        yield node.this
    elif isinstance(node, exp.PropertyEQ):
        yield node.expression
    elif isinstance(node, exp.Anonymous) and node.name.lower() == "row":
        yield from node.expressions
    elif isinstance(
        node,
        exp.Max | exp.Min | exp.AnyValue | exp.ArgMax | exp.ArgMin,
    ):
        yield node.this


def _type(value: exp.Expr, scopes: Scopes) -> str:
    plain = _plain_type(value)
    if plain is None and isinstance(value, exp.Column):
        plain = _column_type(value, scopes)
    return plain or scopes.type_of(value)


def _plain_type(value: exp.Expr) -> str | None:
    """Return the type that an expression has whatever it reads; None if that is not known."""
    if isinstance(value, exp.Paren):
        return _plain_type(value.this)
    if isinstance(value, exp.Literal):
        return "VARCHAR" if value.is_string else "INTEGER" if value.this.isdigit() else "DOUBLE"
    if isinstance(value, exp.Cast) and value.args["to"].this != exp.DataType.Type.USERDEFINED:
        return value.args["to"].sql("duckdb")
    return next((kind for kinds, kind in _PLAIN if isinstance(value, kinds)), None)


def _column_type(column: exp.Column, scopes: Scopes) -> str | None:
    select = column.find_ancestor(exp.Select)
    while select is not None:
        for source in sources(select):
            if column.table and source.alias_or_name.lower() != column.table.lower():
                continue
            for name, kind in scopes.columns(source).items():
                if name.lower() == column.name.lower():
                    return kind
        select = outer_select(select)
    return None
