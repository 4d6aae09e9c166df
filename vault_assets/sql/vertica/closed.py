"""What may be written at all: the closed set of constructs, each with its parts."""

from sqlglot import exp

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.functions import VERTICA
from vault_assets.sql.vertica.generating import Vertica

_BINARY = (
    exp.Add, exp.And, exp.DPipe, exp.Div, exp.EQ, exp.GT, exp.GTE, exp.IntDiv, exp.Is, exp.LT,
    exp.LTE, exp.Like, exp.Mul, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Or, exp.Sub,
    exp.WithinGroup,
)  # fmt: skip
_UNARY = (
    exp.Exists, exp.From, exp.Having, exp.IgnoreNulls, exp.Neg, exp.Not, exp.Paren, exp.Var,
    exp.Where,
)  # fmt: skip
_LISTS = (exp.Distinct, exp.Group, exp.Order, exp.Tuple)
_SETS = (exp.Except, exp.Intersect, exp.Union)
_PARTS: dict[type[exp.Expr], str] = {
    **dict.fromkeys(_BINARY, "this expression"),
    **dict.fromkeys(_UNARY, "this"),
    **dict.fromkeys(_LISTS, "expressions"),
    **dict.fromkeys(_SETS, "this expression distinct with_ order limit"),
    exp.Alias: "this alias",
    exp.Anonymous: "this expressions",
    exp.Between: "this low high",
    exp.Boolean: "this",
    exp.CTE: "this alias",
    exp.Case: "this ifs default",
    exp.Cast: "this to",
    exp.Column: "this table",
    exp.Identifier: "this quoted",
    exp.If: "this true",
    exp.In: "this expressions query",
    exp.Interval: "this unit",
    exp.Join: "this on side kind",
    exp.Limit: "expression",
    exp.Literal: "this is_string",
    exp.Null: "",
    exp.Ordered: "this desc nulls_first",
    exp.Select: "expressions from_ joins where group having order limit distinct with_",
    exp.Star: "",
    exp.Subquery: "this alias",
    exp.Table: "this db alias",
    exp.TableAlias: "this columns",
    exp.TryCast: "this to",
    exp.With: "expressions recursive",
    exp.Window: "this partition_by order spec over",
    exp.WindowSpec: "kind start start_side end end_side",
}
_CLOSED = {kind: frozenset(parts.split()) for kind, parts in _PARTS.items()}


def written(tree: exp.Expr) -> str:
    """Return the text of a rewritten statement.

    Raises:
        UntranslatableError: A construct is left that Vertica does not have.
    """
    for node in tree.walk():
        parts = _CLOSED.get(type(node))
        if parts is None:
            raise UntranslatableError(_name(node))
        for part, value in node.args.items():
            if value and part not in parts:
                raise UntranslatableError(f"`{part}` of {_name(node)}")
        if isinstance(node, exp.Anonymous) and node.name not in VERTICA:
            raise UntranslatableError(f"function {node.name}")
    return tree.sql(dialect=Vertica, identify=True, pretty=True, comments=False)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Func):
        return f"function {node.sql_name().lower()}"
    return f"construct {type(node).__name__}: {node.sql('duckdb')[:80]}"
