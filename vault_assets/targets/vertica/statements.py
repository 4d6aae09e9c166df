"""Statements: what a statement of our templates does, and which tables it reads."""

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vault_assets.errors import TargetError

_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_TABLE = rf"(?:{_NAME}\.)?{_NAME}"
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z))+")
_INSERT = re.compile(
    rf"insert\s+into\s+{_TABLE}\s*(?P<columns>\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\))?"
    r"\s*(?P<by_name>by\s+name)?\s+(?P<query>.+)",
    re.IGNORECASE | re.DOTALL,
)
_CREATE_AS = re.compile(
    rf"create\s+(?:or\s+replace\s+)?(?P<temp>temp(?:orary)?\s+)?(?P<kind>table|view)\s+"
    rf"(?:if\s+not\s+exists\s+)?{_TABLE}\s+as\s+(?P<query>.+)",
    re.IGNORECASE | re.DOTALL,
)
_OTHER = re.compile(r"(?P<verb>describe|comment|create\s+(?:or\s+replace\s+)?(?:temp\s+)?"
                    r"(?:macro|type)|drop\s+(?:macro|type))\b", re.IGNORECASE)  # fmt: skip

_MACRO = re.compile(
    r"(?P<verb>create|drop)\s+(?:or\s+replace\s+)?macro\s+(?:table\s+)?(?:if\s+exists\s+)?"
    r'"?(?P<schema>\w+)"?\."?(?P<name>\w+)"?',
    re.IGNORECASE,
)

Name = tuple[str, str]
"""Schema and name; no schema: a temporary table, or an object of the engine."""


@dataclass(frozen=True)
class Statement:
    """One statement, taken apart as far as routing it needs.

    Args:
        verb: `select`, `insert`, `change` (delete, update), `table`, `table_as`, `view`, `schema`,
            `drop`, `alter`, `comment`, `macro`, `describe`, or `engine`: only the engine knows it.
        text: The statement without leading comments.
        target: What it writes.
        reads: What it reads.
        query: Text of the query of an insert, or of `create ... as`.
        by_name: Whether columns are matched by name.
        columns: Columns of an insert, if it names them.
        temporary: Whether what it creates belongs to the session.
        what: Of a drop: `table` or `view`; of a macro: `create` or `drop`.
    """

    verb: str
    text: str
    target: Name = ("", "")
    reads: frozenset[Name] = frozenset()
    query: str = ""
    by_name: bool = False
    columns: tuple[str, ...] = ()
    temporary: bool = False
    what: str = ""


@lru_cache(maxsize=512)
def statement(sql: str) -> Statement:
    """Take a statement apart.

    Raises:
        TargetError: It cannot be read.
    """
    text = _COMMENTS.sub("", sql).strip().rstrip(";")
    if match := _OTHER.match(text):
        verb = match["verb"].lower()
        if verb.endswith("macro"):
            return _macro(text)
        return Statement(verb if verb in {"describe", "comment"} else "engine", text)
    if match := _INSERT.match(text):
        return _insert(text, match)
    return _by_tree(text, _parsed(text))


def _macro(text: str) -> Statement:
    """Take apart what creates or drops a view with parameters."""
    match = _MACRO.match(text)
    if match is None:
        raise TargetError("only macros of the form schema.name can be made for Vertica")
    return Statement("macro", text, (match["schema"], match["name"]), what=match["verb"].lower())


def _by_tree(text: str, tree: exp.Expr) -> Statement:
    if isinstance(tree, exp.Create):
        return _create(text, tree)
    if isinstance(tree, exp.Drop):
        what = str(tree.args["kind"]).lower()
        return Statement("drop", text, _name(tree), what=what)
    if isinstance(tree, exp.Alter):
        return Statement("alter", text, _name(tree.this))
    if isinstance(tree, exp.Delete | exp.Update):
        target = _name(tree.this)
        return Statement("change", text, target, _reads(tree))
    if isinstance(tree, exp.Query):
        return Statement("select", text, reads=_reads(tree))
    return Statement("engine", text)


def _insert(text: str, match: re.Match[str]) -> Statement:
    tree = _parsed(text)
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    named = re.findall(_NAME, match["columns"] or "")
    return Statement(
        "insert",
        text,
        _name(target),
        _reads(tree.expression, *tree.find_all(exp.CTE)),
        query=match["query"],
        by_name=bool(match["by_name"]),
        columns=tuple(name.strip('"').replace('""', '"') for name in named),
    )


def _create(text: str, tree: exp.Create) -> Statement:
    kind = str(tree.args["kind"]).lower()
    if kind == "schema":
        return Statement("schema", text, ("", tree.this.db or tree.this.name))
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    temporary = bool(re.match(r"create\s+(or\s+replace\s+)?temp", text, re.IGNORECASE))
    match = _CREATE_AS.match(text)
    if match is None:
        return Statement("table", text, _name(target), temporary=temporary)
    return Statement(
        "view" if kind == "view" else "table_as",
        text,
        _name(target),
        _reads(tree.expression, *tree.find_all(exp.CTE)),
        query=match["query"],
        temporary=temporary,
    )


def _parsed(text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise TargetError(f"a statement cannot be read for Vertica: {error}") from error


def _reads(*trees: exp.Expr) -> frozenset[Name]:
    own = {item.alias for tree in trees for item in tree.find_all(exp.CTE)}
    tables = (table for tree in trees for table in tree.find_all(exp.Table))
    return frozenset(
        _name(table)
        for table in tables
        if table.db or (isinstance(table.this, exp.Identifier) and table.name not in own)
    )


def _name(table: exp.Expr) -> Name:
    if not isinstance(table, exp.Table):
        table = table.find(exp.Table) or exp.Table()
    schema = table.db
    return ("" if schema == "temp" else schema, table.name)
