"""What declared columns say about a statement: types of its result and its parameters."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from vault_assets_tests.vertica_server import kinds
from vault_assets_tests.vertica_server.calling import cast_kind
from vault_assets_tests.vertica_server.catalog import Table
from vault_assets_tests.vertica_server.kinds import Kind
from vault_assets_tests.vertica_server.lexing import Token

Lookup = Callable[[str, str], Table | None]


def insert_columns(tree: exp.Expr, lookup: Lookup) -> list[Kind]:
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


def parameter_kinds(tree: exp.Expr, lookup: Lookup) -> list[Kind]:
    """Return the types of the placeholders: of the filled column, or VARCHAR."""
    places = list(tree.find_all(exp.Placeholder, bfs=False))
    columns = insert_columns(tree, lookup)
    values = tree.find(exp.Values) if columns else None
    row = values.expressions[0].expressions if values and values.expressions else []
    by_id = {id(item): kind for item, kind in zip(row, columns, strict=False)}
    return [by_id.get(id(place), kinds.VARCHAR) for place in places]


def known(query: exp.Expr, lookup: Lookup) -> Sequence[Kind | None]:
    """Return the declared types of the columns of a query; [] if a star hides them."""
    if isinstance(query, exp.SetOperation):
        return known(query.left, lookup)
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


def _kind(shown: exp.Expr, sources: dict[str, Table | None]) -> Kind | None:
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


def command_tag(statement: Sequence[Token]) -> str:
    """Return the command tag of a statement."""
    word = statement[0].upper
    return "SELECT" if word in {"WITH", "("} else word
