"""One statement of DuckDB as one of Vertica: read, bind, normalize, rewrite, write."""

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.inlining import inlined
from vault_assets.sql.vertica.literals import bound
from vault_assets.sql.vertica.statements import STATEMENTS, select
from vault_assets.sql.vertica.translated import Translated
from vault_assets.sql.vertica.twin import Parameters, Schema

_UNREAD = (
    (re.compile(r"(create|drop)\s+(temp\s+)?type\b", re.IGNORECASE), "ignored"),
    (re.compile(r"create\s+(or\s+replace\s+)?macro\b", re.IGNORECASE), "create_macro"),
    (re.compile(r"drop\s+macro\b", re.IGNORECASE), "drop_macro"),
)
_COMMENTS = re.compile(r"\A(\s*--[^\n]*\n)*\s*")


def translate(sql: str, schema: Schema, parameters: Parameters = None) -> Translated:
    """Translate one statement.

    Args:
        sql: A statement as DuckDB takes it.
        schema: Knows the tables that it names.
        parameters: Values of its parameters; they become literals. No secret passes here.

    Raises:
        UntranslatableError: A construct or a value outside of the closed set.
    """
    plain = _COMMENTS.sub("", sql, count=1)
    for pattern, kind in _UNREAD:
        if pattern.match(plain):
            return Translated("", kind)
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise UntranslatableError(f"no syntax: {str(error).partition(chr(10))[0]}") from None
    if _reads_catalog(tree):
        return Translated("", "catalog")
    if isinstance(tree, exp.Describe):
        return Translated("", "describe")
    tree = bound(_without_temp(tree), parameters)
    inlined(tree, schema)
    handler = STATEMENTS.get(type(tree))
    if isinstance(tree, exp.Query):
        return select(tree, schema)
    if handler is None:
        raise UntranslatableError(f"statement {plain.partition(' ')[0]}")
    return handler(tree, schema)


def _reads_catalog(tree: exp.Expr) -> bool:
    for node in tree.find_all(exp.Anonymous, exp.CurrentDatabase):
        if isinstance(node, exp.CurrentDatabase) or node.name.lower().startswith("duckdb_"):
            return True
    return False


def _without_temp(tree: exp.Expr) -> exp.Expr:
    for table in tree.find_all(exp.Table):
        if table.db.lower() == "temp":
            table.set("db", None)
    return tree
