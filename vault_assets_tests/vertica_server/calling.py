"""Calls, casts and divisions of Vertica as expressions of DuckDB."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from vault_assets_tests.vertica_server import denied, functions, kinds
from vault_assets_tests.vertica_server.faults import syntax, unsupported
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import tokens

Types = Callable[[str], Sequence[str]]


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def number(value: exp.Expr) -> exp.Expr:
    """Give NULL a type, which the choice among several macros needs."""
    return exp.cast(value, "bigint") if isinstance(value, exp.Null) else value


def divide_by_types(node: exp.Div, tree: exp.Expr, types: Types) -> None:
    """Divide aggregates, whose types macros of DuckDB cannot see: ask for them."""
    query = node.find_ancestor(exp.Select)
    operands = [number(node.this), number(node.expression)]
    asked = exp.select(*(operand.copy() for operand in operands))
    if query:
        for part in ("from_", "joins", "where", "group"):
            asked.set(part, _copied(query.args.get(part)))
    if isinstance(tree, exp.Query) and tree.args.get("with_"):
        asked.set("with_", tree.args["with_"].copy())
    found = types(asked.sql("duckdb"))
    if not found:
        name = "v_div_float" if any(map(_is_float, operands)) else "v_div"
    else:
        name = "v_div_int" if all(kinds.of_duck(t) is kinds.INT for t in found) else "v_div_float"
    node.replace(call(name, *operands))


def _is_float(operand: exp.Expr) -> bool:
    """Whether a cast says that an operand is FLOAT, also within NULLIF."""
    operand = operand.unnest()
    if isinstance(operand, exp.Anonymous) and str(operand.this).lower() == "nullif":
        operand = operand.expressions[0].unnest()
    return isinstance(operand, exp.Cast) and operand.to.is_type("double", "float")


def _copied(part: exp.Expr | list[exp.Expr] | None) -> object:
    if isinstance(part, list):
        return [item.copy() for item in part]
    return part.copy() if part else None


def function(node: exp.Anonymous) -> None:
    name = str(node.this).lower()
    if name.startswith("v_"):
        return
    denied.function(name, functions.KNOWN | {"unhex"})
    if special := _SPECIAL.get(name):
        special(node)
    else:
        node.set("this", functions.RENAMED.get(name, name))


def _unit(node: exp.Anonymous) -> None:
    """The unit of a date function may be a bare word."""
    unit = node.expressions[0]
    text = exp.Literal.string(unit.name.lower())
    node.set("expressions", [text, *node.expressions[1:]])
    node.set("this", functions.RENAMED.get(str(node.this).lower(), node.this))


def _timestampadd(node: exp.Anonymous) -> None:
    unit, count, moment = node.expressions
    step = call(f"to_{unit.name.lower().rstrip('s')}s", exp.cast(count, "int"))
    node.replace(exp.Paren(this=exp.Add(this=moment, expression=step)))


def _to_char(node: exp.Anonymous) -> None:
    if len(node.expressions) == 1:
        node.replace(call("v_text", node.expressions[0]))
        return
    value, pattern = node.expressions
    if not isinstance(pattern, exp.Literal):
        raise unsupported("TO_CHAR with a pattern that is not a literal")
    written = exp.Literal.string(functions.time_pattern(pattern.this))
    node.replace(call("strftime", value, written))


def _to_time(node: exp.Anonymous) -> None:
    value, pattern = node.expressions
    read = call("strptime", value, exp.Literal.string(functions.time_pattern(pattern.this)))
    date = str(node.this).lower() == "to_date"
    node.replace(exp.cast(read, "date") if date else read)


def _strict(node: exp.Anonymous) -> None:
    """GREATEST and LEAST are NULL as soon as one value is."""
    missing = exp.or_(*(exp.Is(this=e.copy(), expression=exp.Null()) for e in node.expressions))
    plain = call(f"system.main.{node.this}", *(e.copy() for e in node.expressions))
    node.replace(exp.Case().when(missing, exp.Null()).else_(plain))


def _concat(node: exp.Anonymous) -> None:
    """CONCAT is NULL as soon as one text is, so it is `||`."""
    first, second = node.expressions
    node.replace(exp.Paren(this=exp.DPipe(this=first, expression=second)))


def _decode(node: exp.Anonymous) -> None:
    value, *rest = node.expressions
    case = exp.Case()
    for key, result in zip(rest[::2], rest[1::2], strict=False):
        case = case.when(exp.NullSafeEQ(this=value.copy(), expression=key), result)
    node.replace(case.else_(rest[-1]) if len(rest) % 2 else case)


def _listagg(node: exp.Anonymous) -> None:
    if isinstance(node.parent, exp.WithinGroup):
        return
    value, separator, longest = node.expressions
    node.replace(call("v_listagg", call("string_agg", value, separator), longest))


def within_group(node: exp.WithinGroup) -> None:
    inner = node.this
    if isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "percentile_cont":
        if not isinstance(node.parent, exp.Window):
            raise syntax("PERCENTILE_CONT needs OVER")
        value = node.expression.expressions[0].this
        node.replace(call("quantile_cont", value, inner.expressions[0]))
        return
    if not (isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "listagg"):
        return
    value, separator, longest = inner.expressions
    ordered = exp.Order(this=separator, expressions=node.expression.expressions)
    node.replace(call("v_listagg", call("string_agg", value, ordered), longest))


_SPECIAL: dict[str, Callable[[exp.Anonymous], None]] = {
    "datediff": _unit, "timestampdiff": _unit, "date_trunc": _unit, "date_part": _unit,
    "timestampadd": _timestampadd, "to_char": _to_char, "to_date": _to_time,
    "to_timestamp": _to_time, "greatest": _strict, "least": _strict, "concat": _concat,
    "decode": _decode, "listagg": _listagg,
}  # fmt: skip


def cast_kind(node: exp.Cast) -> Kind:
    """Return the type that a cast names."""
    return kinds.declared(tokens(node.to.sql("postgres")), 0)[0]


def cast(node: exp.Cast) -> exp.Expr:
    kind, forgiving = cast_kind(node), isinstance(node, exp.TryCast)
    if kind.duck == "BIGINT":
        return call("v_try_int" if forgiving else "v_int", number(node.this))
    if kind.duck == "BLOB":
        return call("v_blob", node.this)
    if kind.duck == "VARCHAR":
        text = call("v_text", node.this)
        sized = node.to.expressions and kind.length
        return call("v_left", text, exp.Literal.number(kind.length)) if sized else text
    made = exp.TryCast if forgiving else exp.Cast
    return made(this=node.this, to=exp.DataType.build(kind.duck, dialect="duckdb"))
