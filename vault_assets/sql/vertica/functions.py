"""Functions: DuckDB's calls as Vertica's, each one on purpose."""

from collections.abc import Callable

from sqlglot import exp

from vault_assets.sql.vertica.building import (
    TYPE,
    call,
    case,
    cast,
    is_type,
    nonzero,
    number,
    paren,
    text,
)
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.generating import written_part
from vault_assets.sql.vertica.json_texts import json_object, json_text, json_value
from vault_assets.sql.vertica.patterns import time_pattern
from vault_assets.sql.vertica.types import MAX_OCTETS, TEXTUAL, is_text, text_type, vertica_type

Handler = Callable[[exp.Expr], exp.Expr]
_UNITS = {"second", "minute", "hour", "day", "month", "quarter", "year", "microsecond"}


def as_text(value: exp.Expr) -> exp.Expr:
    """Return a value as DuckDB writes it; its type must be noted."""
    if isinstance(value, exp.Literal) and value.is_string:
        return value
    kind = value.meta.get(TYPE)
    if kind is None:
        raise UntranslatableError(f"a text of a value of unknown type: {value.sql('duckdb')}")
    if is_text(kind):
        return value
    if kind == "BOOLEAN":
        return case([(value, text("true")), (exp.not_(value.copy()), text("false"))])
    return cast(value, text_type(kind))


def _renamed(name: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        return call(name, *_arguments(node))

    return handle


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    for key in node.arg_types:
        held = node.args.get(key)
        if isinstance(held, exp.Expr):
            found.append(held)
        elif isinstance(held, list):
            found += held
    return found


def _count(node: exp.Expr) -> exp.Expr:
    counted = node.this
    if isinstance(counted, exp.Distinct):
        row = _row(counted.expressions[0]) if len(counted.expressions) == 1 else counted.expressions
        if row is not None and len(row) > 1:
            counted = exp.Distinct(expressions=[_as_one_text(row)])
    return call("COUNT", counted or exp.Star())


def _row(value: exp.Expr) -> list[exp.Expr] | None:
    if isinstance(value, exp.Tuple):
        return value.expressions
    if isinstance(value, exp.Anonymous) and value.name.lower() == "row":
        return value.expressions
    return None


def _as_one_text(parts: list[exp.Expr]) -> exp.Expr:
    """Join values to one text that differs where one of them does: NULL is `-`, lengths lead."""
    joined: exp.Expr | None = None
    for part in parts:
        shown = as_text(part)
        sized = exp.DPipe(
            this=exp.DPipe(
                this=cast(call("OCTET_LENGTH", shown.copy()), "VARCHAR(20)"), expression=text(":")
            ),
            expression=shown.copy(),
        )
        told = call("COALESCE", sized, text("-"))
        joined = told if joined is None else exp.DPipe(this=joined, expression=told)
    assert joined is not None  # noqa: S101  there are at least two parts
    return joined


def _concat(node: exp.Expr) -> exp.Expr:
    """CONCAT takes NULL as nothing; `||` would be NULL."""
    parts = [
        part if isinstance(part, exp.Literal) else call("COALESCE", as_text(part), text(""))
        for part in (_plain(p) for p in node.expressions)
    ]
    return _joined(parts)


def _plain(part: exp.Expr) -> exp.Expr:
    """Take off the COALESCE that sqlglot's reader puts around a part of CONCAT."""
    return part


def _concat_ws(node: exp.Expr) -> exp.Expr:
    separator, *parts = node.expressions
    if not isinstance(separator, exp.Literal):
        raise UntranslatableError("concat_ws with a separator that is no literal")
    told = [
        call("COALESCE", exp.DPipe(this=separator.copy(), expression=as_text(p)), text(""))
        for p in parts
    ]
    return call("SUBSTR", _joined(told), number(len(separator.this) + 1))


def _joined(parts: list[exp.Expr]) -> exp.Expr:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return exp.Paren(this=joined) if len(parts) > 1 else joined


def _pipe(node: exp.Expr) -> exp.Expr:
    return exp.DPipe(this=as_text(node.this), expression=as_text(node.expression))


def _cast(node: exp.Expr) -> exp.Expr:
    value, kind = node.this, node.args["to"].sql("duckdb")
    if isinstance(value, exp.Unhex):
        raise UntranslatableError("unhex")
    if kind.upper() in TEXTUAL | {"TEXT"}:
        if isinstance(value, exp.Anonymous) and value.name == "BIT_XOR":
            return call("TO_HEX", value)
        if isinstance(value, exp.Null):
            return cast(value, "VARCHAR(1)")  # a union takes the longest of its sides
        return as_text(value)
    to = vertica_type(kind)
    if to == "INT" and value.meta.get(TYPE) in ("DOUBLE", "FLOAT"):
        value = call("ROUND", value)
    return cast(value, to)


def _try_cast(node: exp.Expr) -> exp.Expr:
    kind = node.args["to"].sql("duckdb").upper()
    if kind == "JSON":
        return node.this
    return exp.TryCast(this=paren(node.this), to=exp.Var(this=vertica_type(kind)))


def _divide(node: exp.Expr) -> exp.Expr:
    return exp.Div(this=cast(node.this, "FLOAT"), expression=nonzero(node.expression))


def _int_divide(node: exp.Expr) -> exp.Expr:
    return exp.IntDiv(this=paren(node.this), expression=nonzero(node.expression))


def _modulo(node: exp.Expr) -> exp.Expr:
    return call("MOD", node.this.unnest(), nonzero(node.expression.unnest()))


def _strict(name: str) -> Handler:
    """GREATEST and LEAST skip NULL in DuckDB, and are NULL in Vertica."""

    def handle(node: exp.Expr) -> exp.Expr:
        first, *rest = _arguments(node)
        for other in rest:
            both = call(name, first.copy(), other.copy())
            first = call("COALESCE", both, first.copy(), other.copy())
        return first

    return handle


def _extreme(name: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        if is_type(node.this, "BOOLEAN"):
            return call("BOOL_AND" if name == "MIN" else "BOOL_OR", node.this)
        return call(name, node.this)

    return handle


def _avg(node: exp.Expr) -> exp.Expr:
    return call("AVG", cast(node.this, "FLOAT"))


def _contains(node: exp.Expr) -> exp.Expr:
    return exp.GT(this=call("INSTR", node.this, node.expression), expression=number(0))


def _starts_with(node: exp.Expr) -> exp.Expr:
    start = node.expression
    return exp.EQ(
        this=call("LEFT", node.this, call("CHARACTER_LENGTH", start.copy())), expression=start
    )


def _list_contains(node: exp.Expr) -> exp.Expr:
    listed, wanted = node.this, node.expression
    if isinstance(listed, exp.Cast):
        listed = listed.this
    if isinstance(listed, exp.Array):
        if not listed.expressions:
            return exp.Boolean(this=False)
        return exp.In(this=wanted, expressions=list(listed.expressions))
    if isinstance(listed, exp.Split):
        sign = listed.expression
        around = [
            exp.DPipe(this=exp.DPipe(this=sign.copy(), expression=part), expression=sign.copy())
            for part in (listed.this, wanted)
        ]
        return exp.GT(this=call("INSTR", *around), expression=number(0))
    raise UntranslatableError("list_contains of something that is no parameter")


def _regexp_replace(node: exp.Expr) -> exp.Expr:
    modifiers = node.args.get("modifiers")
    found = modifiers.name if modifiers is not None else ""
    arguments = [node.this, node.expression, node.args.get("replacement") or text("")]
    if found == "g" or node.args.get("single_replace") is False:
        return call("REGEXP_REPLACE", *arguments)
    if found:
        raise UntranslatableError(f"regexp_replace with the option {found!r}")
    return call("REGEXP_REPLACE", *arguments, number(1), number(1))


def _full_match(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal):
        raise UntranslatableError("regexp_full_match with a pattern that is no literal")
    return call("REGEXP_LIKE", node.this, text(rf"\A(?:{node.expression.name})\z"))


def _truncated(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"].name.lower()
    if unit not in _UNITS:
        raise UntranslatableError(f"date_trunc to {unit}")
    found = call("DATE_TRUNC", text(unit), node.this)
    return cast(found, "DATE") if is_type(node.this, "DATE") else found


def _date_diff(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"].name.lower()
    if unit not in _UNITS:
        raise UntranslatableError(f"date_diff of {unit}")
    return call("DATEDIFF", text(unit), node.expression, node.this)


def _time_text(node: exp.Expr) -> exp.Expr:
    pattern = node.args["format"]
    if not isinstance(pattern, exp.Literal):
        raise UntranslatableError("strftime with a pattern that is no literal")
    return call("TO_CHAR", node.this, text(time_pattern(pattern.name)))


def _named_part(pattern: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        return call("TRIM", call("TO_CHAR", node.this, text(pattern)))

    return handle


def _day_of_week(node: exp.Expr) -> exp.Expr:
    return paren(exp.Sub(this=call("DAYOFWEEK", node.this), expression=number(1)))


def _extract(node: exp.Expr) -> exp.Expr:
    part = node.name.lower()
    if part not in ("year", "month", "day", "hour", "minute", "quarter"):
        raise UntranslatableError(f"extract({part})")
    return call(part.upper(), node.expression)


def _at_zone(node: exp.Expr) -> exp.Expr:
    moment = node.this
    if moment.name == "NOW" and node.args["zone"].name == "UTC":
        return call("GETUTCDATE")
    raise UntranslatableError("`at time zone`")


def _today(_: exp.Expr) -> exp.Expr:
    return cast(call("GETUTCDATE"), "DATE")


def _window_value(name: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        return call(name, *_arguments(node))

    return handle


def _ignore_nulls(node: exp.Expr) -> exp.Expr:
    called = node.this
    first, *rest = called.expressions
    return call(called.name, exp.IgnoreNulls(this=first), *rest)


def _hash_key(node: exp.Expr) -> exp.Expr:
    """`unhex(md5(x))` is only ever cast to a UUID, which reads the digits as well."""
    return node.this


def _anonymous(node: exp.Expr) -> exp.Expr:
    name = node.name.lower()
    handler = _ANONYMOUS.get(name)
    if handler is None:
        if node.name in VERTICA:
            return node
        raise UntranslatableError(f"function {name}")
    return handler(node)


def _number_of_digest(node: exp.Expr) -> exp.Expr:
    """The number of a digest is for marks alone: its octets do as well."""
    return call("HEX_TO_BINARY", call("MD5", *node.expressions))


def _trim(node: exp.Expr) -> exp.Expr:
    if node.args.get("position"):
        raise UntranslatableError("trim with a position")
    signs = [node.expression] if node.expression else []
    return call("BTRIM", node.this, *signs)


def _nullif(node: exp.Expr) -> exp.Expr:
    return call("NULLIF", node.this, node.expression)


def _coalesce(node: exp.Expr) -> exp.Expr:
    return call("COALESCE", node.this, *node.expressions)


def _single(name: str) -> Handler:
    return lambda node: call(name, node.this)


def _no_arguments(name: str) -> Handler:
    return lambda _: call(name)


def _split_part(node: exp.Expr) -> exp.Expr:
    return call("SPLIT_PART", node.this, node.args["delimiter"], node.args["part_index"])


def _round(node: exp.Expr) -> exp.Expr:
    places = node.args.get("decimals")
    return call("ROUND", node.this, *([places] if places else []))


def _window_offset(name: str) -> Handler:
    def handle(node: exp.Expr) -> exp.Expr:
        offset, default = node.args.get("offset"), node.args.get("default")
        more = [offset or number(1), default] if default else [offset] if offset else []
        return call(name, node.this, *more)

    return handle


def _substring(node: exp.Expr) -> exp.Expr:
    length = node.args.get("length")
    return call("SUBSTR", node.this, node.args["start"], *([length] if length else []))


def _replace(node: exp.Expr) -> exp.Expr:
    return call("REPLACE", node.this, node.expression, node.args["replacement"])


def _list_agg(node: exp.Expr) -> exp.Expr:
    """Return LISTAGG, whose options stand within the parentheses."""
    value, order = node.this, None
    if isinstance(value, exp.Order):
        order = exp.Order(expressions=value.expressions)
        value = value.this
    if isinstance(value, exp.Distinct):
        raise UntranslatableError("string_agg of distinct values")
    separator = node.args.get("separator") or text(",")
    told = f"{written_part(value)} USING PARAMETERS separator={written_part(separator)}, max_length={MAX_OCTETS}"
    listed = call("LISTAGG", exp.Var(this=told))
    return exp.WithinGroup(this=listed, expression=order) if order else listed


_ANONYMOUS: dict[str, Handler] = {
    "to_json": lambda node: json_object(node, as_text),
    "strlen": lambda node: call("OCTET_LENGTH", *node.expressions),
    "md5_number_lower": _number_of_digest,
    "bool_or": lambda node: call("BOOL_OR", *node.expressions),
    "row": lambda node: exp.Tuple(expressions=node.expressions),
}

HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Abs: _single("ABS"),
    exp.AnyValue: _extreme("MAX"),
    exp.Anonymous: _anonymous,
    exp.ArrayContains: _list_contains,
    exp.AtTimeZone: _at_zone,
    exp.Avg: _avg,
    exp.BitwiseXorAgg: _single("BIT_XOR"),
    exp.Cast: _cast,
    exp.Ceil: _single("CEIL"),
    exp.Coalesce: _coalesce,
    exp.Concat: _concat,
    exp.ConcatWs: _concat_ws,
    exp.Contains: _contains,
    exp.Count: _count,
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: _no_arguments("NOW"),
    exp.DPipe: _pipe,
    exp.DateDiff: _date_diff,
    exp.DateTrunc: _truncated,
    exp.Day: _single("DAY"),
    exp.DayOfWeek: _day_of_week,
    exp.DayOfYear: _single("DAYOFYEAR"),
    exp.Dayname: _named_part("Day"),
    exp.DenseRank: _no_arguments("DENSE_RANK"),
    exp.Div: _divide,
    exp.Extract: _extract,
    exp.FirstValue: _single("FIRST_VALUE"),
    exp.Floor: _single("FLOOR"),
    exp.GroupConcat: _list_agg,
    exp.JSONExtract: json_value,
    exp.JSONExtractScalar: json_text,
    exp.Greatest: _strict("GREATEST"),
    exp.IgnoreNulls: _ignore_nulls,
    exp.IntDiv: _int_divide,
    exp.Lag: _window_offset("LAG"),
    exp.LastDay: _single("LAST_DAY"),
    exp.LastValue: _single("LAST_VALUE"),
    exp.Lead: _window_offset("LEAD"),
    exp.Least: _strict("LEAST"),
    exp.Left: _renamed("LEFT"),
    exp.Length: _single("CHARACTER_LENGTH"),
    exp.LogicalAnd: _single("BOOL_AND"),
    exp.LogicalOr: _single("BOOL_OR"),
    exp.Lower: _single("LOWER"),
    exp.MD5: _single("MD5"),
    exp.Max: _extreme("MAX"),
    exp.Min: _extreme("MIN"),
    exp.Mod: _modulo,
    exp.Month: _single("MONTH"),
    exp.Monthname: _named_part("Month"),
    exp.Ntile: _single("NTILE"),
    exp.Nullif: _nullif,
    exp.Quarter: _single("QUARTER"),
    exp.Rank: _no_arguments("RANK"),
    exp.RegexpFullMatch: _full_match,
    exp.RegexpReplace: _regexp_replace,
    exp.Replace: _replace,
    exp.Right: _renamed("RIGHT"),
    exp.Round: _round,
    exp.RowNumber: _no_arguments("ROW_NUMBER"),
    exp.SHA2: _single("SHA256"),
    exp.SplitPart: _split_part,
    exp.StartsWith: _starts_with,
    exp.Substring: _substring,
    exp.Sum: _single("SUM"),
    exp.TimeToStr: _time_text,
    exp.TimestampTrunc: _truncated,
    exp.Trim: _trim,
    exp.TryCast: _try_cast,
    exp.Unhex: _hash_key,
    exp.Upper: _single("UPPER"),
    exp.WeekOfYear: _single("WEEK_ISO"),
    exp.Year: _single("YEAR"),
}

VERTICA = frozenset(
    [
        "ABS",
        "AVG",
        "BIT_XOR",
        "BOOL_AND",
        "BOOL_OR",
        "BTRIM",
        "CEIL",
        "CHARACTER_LENGTH",
        "CHR",
        "COALESCE",
        "COUNT",
        "DATEDIFF",
        "DATE_TRUNC",
        "DAY",
        "DAYOFWEEK",
        "DAYOFYEAR",
        "DENSE_RANK",
        "FIRST_VALUE",
        "FLOOR",
        "GETUTCDATE",
        "GREATEST",
        "HEX_TO_BINARY",
        "HOUR",
        "INSTR",
        "LAG",
        "LAST_DAY",
        "LAST_VALUE",
        "LEAD",
        "LEAST",
        "LEFT",
        "LISTAGG",
        "LOWER",
        "MAX",
        "MD5",
        "MIN",
        "MINUTE",
        "MOD",
        "MONTH",
        "NOW",
        "NTILE",
        "NULLIF",
        "OCTET_LENGTH",
        "PERCENTILE_CONT",
        "QUARTER",
        "RANK",
        "REGEXP_LIKE",
        "REGEXP_REPLACE",
        "REGEXP_SUBSTR",
        "REPLACE",
        "RIGHT",
        "ROUND",
        "ROW_NUMBER",
        "SHA256",
        "SPLIT_PART",
        "SUBSTR",
        "SUM",
        "TIMESTAMPADD",
        "TO_CHAR",
        "TO_HEX",
        "TRIM",
        "UPPER",
        "WEEK_ISO",
        "YEAR",
    ]
)
"""Every function that the dialect writes."""
