"""Texts: DuckDB's functions of texts, patterns and lists as Vertica's."""

from collections.abc import Sequence

from sqlglot import exp

from vault_assets.sql.vertica.building import TYPE, call, case, cast, number, text
from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.generating import written_part
from vault_assets.sql.vertica.types import MAX_OCTETS, is_text, text_type


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


def as_one_text(parts: list[exp.Expr]) -> exp.Expr:
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


def concat(node: exp.Expr) -> exp.Expr:
    """CONCAT takes NULL as nothing; `||` would be NULL."""
    parts = [
        part if isinstance(part, exp.Literal) else call("COALESCE", as_text(part), text(""))
        for part in node.expressions
    ]
    return piped(parts)


def concat_ws(node: exp.Expr) -> exp.Expr:
    """Return `concat_ws`: NULL is left out, with its separator."""
    separator, *parts = node.expressions
    if not isinstance(separator, exp.Literal):
        raise UntranslatableError("concat_ws with a separator that is no literal")
    told = [
        call("COALESCE", exp.DPipe(this=separator.copy(), expression=as_text(p)), text(""))
        for p in parts
    ]
    return call("SUBSTR", piped(told), number(len(separator.this) + 1))


def piped(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return parts joined by `||`."""
    joined: exp.Expr = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return exp.Paren(this=joined) if len(parts) > 1 else joined


def pipe(node: exp.Expr) -> exp.Expr:
    """Return `a || b` of two texts."""
    return exp.DPipe(this=as_text(node.this), expression=as_text(node.expression))


def contains(node: exp.Expr) -> exp.Expr:
    """Return `contains`: the place of a text in another is not 0."""
    return exp.GT(this=call("INSTR", node.this, node.expression), expression=number(0))


def starts_with(node: exp.Expr) -> exp.Expr:
    """Return `starts_with`: the first signs are these."""
    start = node.expression
    return exp.EQ(
        this=call("LEFT", node.this, call("CHARACTER_LENGTH", start.copy())), expression=start
    )


def list_contains(node: exp.Expr) -> exp.Expr:
    """Return `list_contains`: IN, or a look into the text of a list."""
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


def list_position(node: exp.Expr) -> exp.Expr:
    """Return `list_position` in a list that is written out: CASE."""
    listed, wanted = node.expressions
    if not isinstance(listed, exp.Array) or not listed.expressions:
        raise UntranslatableError("list_position in something else than a list of literals")
    places = enumerate(listed.expressions, 1)
    return case([(exp.EQ(this=wanted.copy(), expression=item), number(at)) for at, item in places])


def length(node: exp.Expr) -> exp.Expr:
    """Return the length of a text in signs, or of a list that is written out."""
    if isinstance(node.this, exp.Array):
        return number(len(node.this.expressions))
    return call("CHARACTER_LENGTH", node.this)


def regexp_replace(node: exp.Expr) -> exp.Expr:
    """Return REGEXP_REPLACE, which replaces all unless told otherwise."""
    modifiers = node.args.get("modifiers")
    found = modifiers.name if modifiers is not None else ""
    arguments = [node.this, node.expression, node.args.get("replacement") or text("")]
    if found == "g" or node.args.get("single_replace") is False:
        return call("REGEXP_REPLACE", *arguments)
    if found:
        raise UntranslatableError(f"regexp_replace with the option {found!r}")
    return call("REGEXP_REPLACE", *arguments, number(1), number(1))


def full_match(node: exp.Expr) -> exp.Expr:
    """Return `regexp_full_match`: a pattern that has to fit from end to end."""
    if not isinstance(node.expression, exp.Literal):
        raise UntranslatableError("regexp_full_match with a pattern that is no literal")
    return call("REGEXP_LIKE", node.this, text(rf"\A(?:{node.expression.name})\z"))


def like(node: exp.Expr) -> exp.Expr:
    """Return LIKE or NOT LIKE."""
    found = exp.Like(this=node.this, expression=node.expression)
    return exp.Not(this=found) if node.args.get("negate") else found


def list_agg(node: exp.Expr) -> exp.Expr:
    """Return LISTAGG, whose options stand within the parentheses."""
    value, order = node.this, None
    if isinstance(value, exp.Order):
        order = exp.Order(expressions=value.expressions)
        value = value.this
    if isinstance(value, exp.Distinct):
        raise UntranslatableError("string_agg of distinct values")
    separator = node.args.get("separator") or text(",")
    options = f"separator={written_part(separator)}, max_length={MAX_OCTETS}"
    told = f"{written_part(value)} USING PARAMETERS {options}"
    listed = call("LISTAGG", exp.Var(this=told))
    return exp.WithinGroup(this=listed, expression=order) if order else listed


def sorted_list(node: exp.Expr) -> exp.Expr:
    """Return the text of a sorted list of aggregated values: LISTAGG in their order as texts."""
    listed = node.this
    if not isinstance(listed, exp.ArraySort) or listed.args.get("asc") is not None:
        raise UntranslatableError(
            "array_to_string of something else than list_sort(list(x), 'asc')"
        )
    values = listed.this
    if not isinstance(values, exp.ArrayAgg):
        raise UntranslatableError("array_to_string of a list that no aggregate makes")
    value = as_text(values.this)
    joined = exp.Order(this=value, expressions=[exp.Ordered(this=value.copy())])
    return list_agg(exp.GroupConcat(this=joined, separator=node.expression))


def trim(node: exp.Expr) -> exp.Expr:
    """Return BTRIM."""
    if node.args.get("position"):
        raise UntranslatableError("trim with a position")
    signs = [node.expression] if node.expression else []
    return call("BTRIM", node.this, *signs)


def split_part(node: exp.Expr) -> exp.Expr:
    """Return SPLIT_PART."""
    return call("SPLIT_PART", node.this, node.args["delimiter"], node.args["part_index"])


def substring(node: exp.Expr) -> exp.Expr:
    """Return SUBSTR."""
    length = node.args.get("length")
    return call("SUBSTR", node.this, node.args["start"], *([length] if length else []))


def replace(node: exp.Expr) -> exp.Expr:
    """Return REPLACE."""
    return call("REPLACE", node.this, node.expression, node.args["replacement"])


def number_of_digest(node: exp.Expr) -> exp.Expr:
    """The number of a digest is for marks alone: its octets do as well."""
    return call("HEX_TO_BINARY", call("MD5", *node.expressions))


def hash_key(node: exp.Expr) -> exp.Expr:
    """`unhex(md5(x))` is only ever cast to a UUID, which reads the digits as well."""
    return node.this
