"""JSON without functions for it: our own notes are read by pattern, objects are written by `||`.

Vertica's flex functions read JSON too, but give maps, not texts. What is read here was written by
`json.dumps`, so that a key is never part of a text unescaped.
"""

from collections.abc import Callable

from sqlglot import exp

from vault_assets.sql.vertica.building import TYPE, call, case, is_null, number, text
from vault_assets.sql.vertica.errors import UntranslatableError

_STRING = r'"((?:[^"\\]|\\.)*)"'
_NESTED = r"(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)"
_ESCAPES = ((8, "\\b"), (9, "\\t"), (10, "\\n"), (12, "\\f"), (13, "\\r"))
_BARE = ("BIGINT", "INTEGER", "INT", "DOUBLE", "BOOLEAN", "SMALLINT")


def json_text(node: exp.Expr) -> exp.Expr:
    """`note ->> 'key'`: a text without its quotes, another value as it stands."""
    key = _key(node)
    string = _found(node.this, rf'"{key}": ?{_STRING}')
    plain = call(
        "REPLACE", call("REPLACE", string, text('\\"'), text('"')), text("\\\\"), text("\\")
    )
    return call("COALESCE", plain, _found(node.this.copy(), rf'"{key}": ?{_NESTED}'))


def json_value(node: exp.Expr) -> exp.Expr:
    """`note -> 'key'`: an object or a list as it stands."""
    return _found(node.this, rf'"{_key(node)}": ?{_NESTED}')


def json_object(node: exp.Expr, as_text: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """`to_json(struct_pack(a := x))` as `'{"a":' || x || '}'`.

    Raises:
        UntranslatableError: Something else than a struct.
    """
    (struct,) = node.expressions
    if not isinstance(struct, exp.Struct):
        raise UntranslatableError("to_json of something that is no struct_pack")
    joined: exp.Expr = text("{")
    for place, item in enumerate(struct.expressions):
        comma = "," if place else ""
        lead = text(f'{comma}"{item.name}":')
        joined = exp.DPipe(this=joined, expression=lead)
        joined = exp.DPipe(this=joined, expression=_json(item.expression, as_text))
    return exp.Paren(this=exp.DPipe(this=joined, expression=text("}")))


def _json(value: exp.Expr, as_text: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    kind = value.meta.get(TYPE, "")
    shown = as_text(value.copy())
    if kind not in _BARE and not kind.startswith("DECIMAL"):
        for sign in ("\\", '"'):
            shown = call("REPLACE", shown, text(sign), text(f"\\{sign}"))
        for code, escape in _ESCAPES:
            shown = call("REPLACE", shown, call("CHR", number(code)), text(escape))
        shown = exp.DPipe(this=exp.DPipe(this=text('"'), expression=shown), expression=text('"'))
    return case([(is_null(value.copy()), text("null"))], shown)


def _found(value: exp.Expr, pattern: str) -> exp.Expr:
    return call("REGEXP_SUBSTR", value, text(pattern), number(1), number(1), text(""), number(1))


def _key(node: exp.Expr) -> str:
    path = node.expression
    keys = (
        [k.name for k in path.find_all(exp.JSONPathKey)] if isinstance(path, exp.JSONPath) else []
    )
    if len(keys) != 1:
        raise UntranslatableError(f"a path of JSON other than one key: {path.sql('duckdb')}")
    return keys[0]
