"""A query of DuckDB as one of Vertica: normalize, note, rewrite, order, name the functions."""

from sqlglot import exp

from vault_assets.sql.vertica.building import TYPE
from vault_assets.sql.vertica.functions import HANDLERS
from vault_assets.sql.vertica.normalizing import normalized
from vault_assets.sql.vertica.noting import note_types
from vault_assets.sql.vertica.ordering import hoisted, ordered
from vault_assets.sql.vertica.rewriting import rewritten
from vault_assets.sql.vertica.scopes import Scopes
from vault_assets.sql.vertica.twin import Schema


def query_of(tree: exp.Query, schema: Schema, *, kept: bool) -> exp.Query:
    """Return a query rewritten for Vertica; `kept` says whether the order of its rows matters."""
    holder = exp.Paren(this=tree)
    _rewrite(holder, schema)
    query = holder.this.pop()
    hoisted(query)
    query = ordered(query, kept=kept)
    return _functions(query)


def _rewrite(holder: exp.Expr, schema: Schema) -> None:
    scopes = Scopes(schema)
    normalized(holder, scopes)
    note_types(holder, Scopes(schema))
    rewritten(holder)


def _functions(tree: exp.Query) -> exp.Query:
    holder = exp.Paren(this=tree)
    for node in list(holder.walk(bfs=False))[::-1]:
        handler = HANDLERS.get(type(node))
        if handler is None:
            continue
        found = handler(node)
        if found is not node:
            if TYPE in node.meta:
                found.meta[TYPE] = node.meta[TYPE]
            node.replace(found)
    return holder.this.pop()
