"""What may be written at all: the closed set of constructs."""

from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.functions import VERTICA
from vault_assets.sql.vertica.generating import Vertica

_ALLOWED = frozenset({
    exp.Add, exp.Alias, exp.And, exp.Anonymous, exp.Between, exp.Boolean, exp.CTE, exp.Case, exp.Cast, exp.Column,
    exp.DPipe, exp.Delete, exp.Distinct, exp.Div, exp.EQ, exp.Except, exp.Exists, exp.From, exp.GT, exp.GTE, exp.Group,
    exp.Having, exp.Identifier, exp.If, exp.IgnoreNulls, exp.In, exp.Insert, exp.IntDiv, exp.Intersect, exp.Interval,
    exp.Is, exp.Join, exp.LT, exp.LTE, exp.Like, exp.Limit, exp.Literal, exp.Mul, exp.NEQ, exp.Neg, exp.Not, exp.Null,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Or, exp.Order, exp.Ordered, exp.Paren, exp.Schema, exp.Select, exp.Star,
    exp.Sub, exp.Subquery, exp.Table, exp.TableAlias, exp.TryCast, exp.Tuple, exp.Union, exp.Update, exp.Var, exp.Where,
    exp.Window, exp.WindowSpec, exp.With, exp.WithinGroup,
})  # fmt: skip


def written(tree: exp.Expr) -> str:
    """Return the text of a rewritten statement.

    Raises:
        UntranslatableError: A construct is left that Vertica does not have.
    """
    for node in tree.walk():
        if type(node) not in _ALLOWED:
            raise UntranslatableError(_name(node))
        if isinstance(node, exp.Anonymous) and node.name not in VERTICA:
            raise UntranslatableError(f"function {node.name}")
    return tree.sql(dialect=Vertica, identify=True, pretty=True, comments=False)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Func):
        return f"function {node.sql_name().lower()}"
    return f"construct {type(node).__name__}: {node.sql('duckdb')[:80]}"
