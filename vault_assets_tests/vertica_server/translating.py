"""Queries and row statements of Vertica as statements of DuckDB."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from vault_assets_tests.vertica_server import denied, functions, kinds
from vault_assets_tests.vertica_server.catalog import Table
from vault_assets_tests.vertica_server.faults import syntax, unsupported
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Token, tokens

Lookup = Callable[[str, str], Table | None]
Types = Callable[[str], Sequence[str]]
_PARSED = {"CAST", "EXTRACT", "OVERLAY", "POSITION", "SUBSTRING", "TRIM"}


class Vertica(Postgres):
    """Postgres's grammar with the operators of Vertica; functions stay as they are written."""

    class Tokenizer(Postgres.Tokenizer):
        """The tokens."""

        KEYWORDS = {  # noqa: RUF012  the base class declares it so
            **Postgres.Tokenizer.KEYWORDS,
            "::!": TokenType.DCOLONQMARK,
            "<=>": TokenType.NULLSAFE_EQ,
            "//": TokenType.DIV,
        }

    class Parser(Postgres.Parser):
        """The grammar."""

        FUNCTIONS = {}  # noqa: RUF012  the base class declares it so
        FUNCTION_PARSERS = {  # noqa: RUF012  the base class declares it so
            name: parse
            for name, parse in Postgres.Parser.FUNCTION_PARSERS.items()
            if name in _PARSED
        }
        COLUMN_OPERATORS = {  # noqa: RUF012  the base class declares it so
            **Postgres.Parser.COLUMN_OPERATORS,
            TokenType.DCOLONQMARK: lambda _self, this, to: exp.TryCast(this=this, to=to),
        }
        CAST_COLUMN_OPERATORS = {  # noqa: RUF012  the base class declares it so
            *Postgres.Parser.CAST_COLUMN_OPERATORS,
            TokenType.DCOLONQMARK,
        }
        FACTOR = {  # noqa: RUF012  the base class declares it so
            **Postgres.Parser.FACTOR,
            TokenType.DIV: exp.IntDiv,
        }


@dataclass(frozen=True)
class Translation:
    """What DuckDB runs, and the types that the declared columns give to the result."""

    sql: str
    tree: exp.Expression
    known: tuple[Kind | None, ...] = ()


def parsed(text: str) -> exp.Expression:
    """Parse a statement.

    Raises:
        Fault: 42601.
    """
    try:
        tree = sqlglot.parse_one(text, read=Vertica)
    except SqlglotError as error:
        raise syntax(str(error).partition("\n")[0]) from None
    if isinstance(tree, exp.Command):
        raise syntax(f'at or near "{text.partition(" ")[0]}"')
    return tree


def translated(text: str, lookup: Lookup, types: Types | None = None) -> Translation:
    """Translate a query, INSERT, UPDATE, DELETE or MERGE.

    Args:
        text: The statement, already rewritten.
        lookup: Finds declared tables.
        types: Gives DuckDB's types of the columns of a query of DuckDB.
    """
    tree = parsed(text)
    known = tuple(_known(tree, lookup)) if isinstance(tree, exp.Query) else ()
    if isinstance(tree, exp.Insert):
        _binary_literals(tree, lookup)
    for node in list(tree.walk(bfs=False))[::-1]:
        if types and isinstance(node, exp.Div) and node.find(exp.Window, exp.Anonymous):
            _divide_by_types(node, tree, types)
        else:
            _translate(node)
    for node in list(tree.find_all(exp.Query)):
        tree = _ordered(node, tree)
    return Translation(tree.sql("duckdb"), tree, known)


def expression(text: str) -> str:
    """Translate an expression, such as a default or one of COPY."""
    found = parsed(f"SELECT {text}")
    for node in list(found.walk(bfs=False))[::-1]:
        _translate(node)
    return found.expressions[0].sql("duckdb")


def insert_columns(tree: exp.Expression, lookup: Lookup) -> list[Kind]:
    """Return the types of the columns that an INSERT fills, in order; [] if unknown."""
    if not isinstance(tree, exp.Insert):
        return []
    into = tree.this
    target = into.this if isinstance(into, exp.Schema) else into
    table = lookup(target.db, target.name) if isinstance(target, exp.Table) else None
    if table is None:
        return []
    if not isinstance(into, exp.Schema):
        return [column.kind for column in table.columns]
    found = [table.column(name.name) for name in into.expressions]
    return [column.kind for column in found if column]


def parameter_kinds(tree: exp.Expression, lookup: Lookup) -> list[Kind]:
    """Return the types of the placeholders: of the filled column, or VARCHAR."""
    places = list(tree.find_all(exp.Placeholder, bfs=False))
    columns = insert_columns(tree, lookup)
    values = tree.find(exp.Values) if columns else None
    row = values.expressions[0].expressions if values and values.expressions else []
    by_id = {id(item): kind for item, kind in zip(row, columns, strict=False)}
    return [by_id.get(id(place), kinds.VARCHAR) for place in places]


def octets_literal(value: str) -> exp.Expression:
    """Return the binary value that a text with `\\ooo` and `\\\\` escapes means."""
    data, place, raw = bytearray(), 0, value.encode()
    while place < len(raw):
        part = raw[place + 1 : place + 4]
        if raw[place] == 0x5C and len(part) == 3 and all(48 <= b <= 55 for b in part):
            data.append(int(part, 8))
            place += 4
        elif raw[place : place + 2] == b"\\\\":
            data.append(0x5C)
            place += 2
        else:
            data.append(raw[place])
            place += 1
    return exp.Anonymous(this="unhex", expressions=[exp.Literal.string(data.hex())])


def _binary_literals(tree: exp.Insert, lookup: Lookup) -> None:
    values = tree.find(exp.Values)
    if values is None or not values.expressions:
        return
    for item, kind in zip(
        values.expressions[0].expressions, insert_columns(tree, lookup), strict=False
    ):
        if kind.duck == "BLOB" and isinstance(item, exp.Literal) and item.is_string:
            item.replace(octets_literal(item.this))


def _translate(node: exp.Expression) -> None:
    if isinstance(node, exp.Anonymous):
        _function(node)
    elif isinstance(node, exp.Div):
        node.replace(_call("v_div", _number(node.this), _number(node.expression)))
    elif isinstance(node, exp.IntDiv):
        node.replace(_call("v_intdiv", node.this, node.expression))
    elif isinstance(node, exp.Cast):
        node.replace(_cast(node))
    elif isinstance(node, exp.Subquery):
        _named(node)
    elif isinstance(node, exp.WithinGroup):
        _within_group(node)
    elif isinstance(node, exp.Column) and node.name.lower() == "sysdate" and not node.table:
        node.replace(_call("getdate"))


def _named(node: exp.Subquery) -> None:
    if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
        raise syntax("subquery in FROM must have an alias")


def _number(value: exp.Expression) -> exp.Expression:
    """Give NULL a type, which the choice among several macros needs."""
    return exp.cast(value, "bigint") if isinstance(value, exp.Null) else value


def _divide_by_types(node: exp.Div, tree: exp.Expression, types: Types) -> None:
    """Divide aggregates, whose types macros of DuckDB cannot see: ask for them."""
    query = node.find_ancestor(exp.Select)
    operands = [_number(node.this), _number(node.expression)]
    asked = exp.select(*(operand.copy() for operand in operands))
    if query:
        for part in ("from_", "joins", "where", "group"):
            asked.set(part, _copied(query.args.get(part)))
    if isinstance(tree, exp.Query) and tree.args.get("with_"):
        asked.set("with_", tree.args["with_"].copy())
    found = types(asked.sql("duckdb"))
    if not found:
        name = "v_div"
    else:
        name = "v_div_int" if all(kinds.of_duck(t) is kinds.INT for t in found) else "v_div_float"
    node.replace(_call(name, *operands))


def _copied(part: exp.Expression | list[exp.Expression] | None) -> object:
    if isinstance(part, list):
        return [item.copy() for item in part]
    return part.copy() if part else None


def _call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _function(node: exp.Anonymous) -> None:
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
    step = _call(f"to_{unit.name.lower().rstrip('s')}s", exp.cast(count, "int"))
    node.replace(exp.Paren(this=exp.Add(this=moment, expression=step)))


def _to_char(node: exp.Anonymous) -> None:
    if len(node.expressions) == 1:
        node.replace(_call("v_text", node.expressions[0]))
        return
    value, pattern = node.expressions
    if not isinstance(pattern, exp.Literal):
        raise unsupported("TO_CHAR with a pattern that is not a literal")
    written = exp.Literal.string(functions.time_pattern(pattern.this))
    node.replace(_call("strftime", value, written))


def _to_time(node: exp.Anonymous) -> None:
    value, pattern = node.expressions
    read = _call("strptime", value, exp.Literal.string(functions.time_pattern(pattern.this)))
    date = str(node.this).lower() == "to_date"
    node.replace(exp.cast(read, "date") if date else read)


def _strict(node: exp.Anonymous) -> None:
    """GREATEST and LEAST are NULL as soon as one value is."""
    missing = exp.or_(*(exp.Is(this=e.copy(), expression=exp.Null()) for e in node.expressions))
    plain = _call(f"system.main.{node.this}", *(e.copy() for e in node.expressions))
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
    node.replace(_call("v_listagg", _call("string_agg", value, separator), longest))


def _within_group(node: exp.WithinGroup) -> None:
    inner = node.this
    if not (isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "listagg"):
        return
    value, separator, longest = inner.expressions
    ordered = exp.Order(this=separator, expressions=node.expression.expressions)
    node.replace(_call("v_listagg", _call("string_agg", value, ordered), longest))


_SPECIAL: dict[str, Callable[[exp.Anonymous], None]] = {
    "datediff": _unit, "timestampdiff": _unit, "date_trunc": _unit, "date_part": _unit,
    "timestampadd": _timestampadd, "to_char": _to_char, "to_date": _to_time,
    "to_timestamp": _to_time, "greatest": _strict, "least": _strict, "concat": _concat,
    "decode": _decode, "listagg": _listagg,
}  # fmt: skip


def cast_kind(node: exp.Cast) -> Kind:
    """Return the type that a cast names."""
    return kinds.declared(tokens(node.to.sql("postgres")), 0)[0]


def _cast(node: exp.Cast) -> exp.Expression:
    kind, forgiving = cast_kind(node), isinstance(node, exp.TryCast)
    if kind.duck == "BIGINT":
        return _call("v_try_int" if forgiving else "v_int", _number(node.this))
    if kind.duck == "BLOB":
        return _call("v_blob", node.this)
    if kind.duck == "VARCHAR":
        text = _call("v_text", node.this)
        sized = node.to.expressions and kind.length
        return _call("v_left", text, exp.Literal.number(kind.length)) if sized else text
    made = exp.TryCast if forgiving else exp.Cast
    return made(this=node.this, to=exp.DataType.build(kind.duck, dialect="duckdb"))


def _ordered(query: exp.Query, tree: exp.Expression) -> exp.Expression:
    """Give a query Vertica's place of NULL; return the whole tree, as its root may change."""
    order = query.args.get("order")
    if not isinstance(order, exp.Order) or isinstance(query, exp.Subquery):
        return tree
    wraps = isinstance(query, exp.SetOperation) or query.args.get("distinct")
    terms = []
    for term in order.expressions:
        value = _ordered_value(term.this, query, wraps=bool(wraps))
        if value is not None:
            terms.append(exp.Ordered(this=_call("v_null_rank", value), desc=term.args.get("desc")))
        shown = value.copy() if wraps and value is not None else term.this
        terms.append(exp.Ordered(this=shown, desc=term.args.get("desc"), nulls_first=False))
    order.set("expressions", terms)
    return _wrapped(query, tree) if wraps else tree


def _ordered_value(
    value: exp.Expression, query: exp.Query, *, wraps: bool
) -> exp.Expression | None:
    if isinstance(value, exp.Literal) and not value.is_string:
        shown = query.selects
        place = int(value.this) - 1
        if place >= len(shown) or shown[place].is_star:
            return None
        if wraps:
            return exp.column(shown[place].alias_or_name) if shown[place].alias_or_name else None
        return shown[place].unalias().copy()
    if wraps and isinstance(value, exp.Column):
        return exp.column(value.name)
    return value.copy()


def _wrapped(query: exp.Query, tree: exp.Expression) -> exp.Expression:
    """Order outside, where DISTINCT and UNION allow any expression."""
    inner = query.copy()
    outer = exp.select("*")
    for part in ("order", "limit", "offset"):
        if inner.args.get(part):
            outer.set(part, inner.args[part].pop())
    if inner.args.get("with_"):
        outer.set("with_", inner.args["with_"].pop())
    outer = outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("q"))))
    if query is tree:
        return outer
    query.replace(outer)
    return tree


def _known(query: exp.Expression, lookup: Lookup) -> Sequence[Kind | None]:
    """Return the declared types of the columns of a query; [] if a star hides them."""
    if isinstance(query, exp.SetOperation):
        return _known(query.left, lookup)
    if not isinstance(query, exp.Select):
        return []
    sources = _sources(query, lookup)
    found: list[Kind | None] = []
    for shown in query.expressions:
        if isinstance(shown, exp.Star) or (isinstance(shown, exp.Column) and shown.is_star):
            wanted = shown.table if isinstance(shown, exp.Column) else ""
            tables = [t for n, t in sources.items() if not wanted or n == wanted.lower()]
            if not tables or None in tables:
                return []
            found += [c.kind for t in tables if t for c in t.columns]
        else:
            found.append(_kind(shown.unalias(), sources))
    return found


def _sources(query: exp.Select, lookup: Lookup) -> dict[str, Table | None]:
    origin = query.args.get("from_")
    parts = [origin.this] if origin else []
    parts += [join.this for join in query.args.get("joins") or []]
    return {
        part.alias_or_name.lower(): lookup(part.db, part.name)
        if isinstance(part, exp.Table)
        else None
        for part in parts
    }


def _kind(shown: exp.Expression, sources: dict[str, Table | None]) -> Kind | None:
    if isinstance(shown, exp.Column):
        tables = [sources.get(shown.table.lower())] if shown.table else list(sources.values())
        found = [c for t in tables if t and (c := t.column(shown.name))]
        return found[0].kind if len(found) == 1 else None
    if isinstance(shown, exp.Cast):
        return cast_kind(shown)
    if isinstance(shown, exp.Null):
        return kinds.VARCHAR
    if isinstance(shown, exp.Anonymous) and str(shown.this).lower() == "st_astext":
        return kinds.LONG_VARCHAR
    return None


def describe_tokens(statement: Sequence[Token]) -> str:
    """Return the command tag of a statement."""
    word = statement[0].upper
    return "SELECT" if word in {"WITH", "("} else word
