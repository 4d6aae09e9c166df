"""The gate: what a statement for Vertica must look like, as its grammar and the documentation say.

The parser of sqlfluff refuses what is no syntax of Vertica, but takes some things that Vertica does
not. These are listed here, beside the functions that may be used.
"""

import re
from functools import lru_cache

from sqlfluff.core import FluffConfig, Linter

from vault_assets.sql.vertica.functions import VERTICA

_FORBIDDEN = {
    "QUALIFY": r"\bQUALIFY\b",
    "CREATE OR REPLACE TABLE": r"\bCREATE OR REPLACE (TEMP|TABLE|LOCAL)",
    "VALUES": r"\bVALUES\b",
    "TRY_CAST": r"\bTRY_CAST\b",
    "ASOF": r"\bASOF\b",
    "SEMI or ANTI JOIN": r"\b(SEMI|ANTI) JOIN\b",
    "lambda": r"\bLAMBDA\b|->",
    "FILTER": r"\bFILTER ?\(",
    "DISTINCT ON": r"\bDISTINCT ON\b",
    "IS DISTINCT FROM": r"\bIS (NOT )?DISTINCT\b",
    "list or struct": r"[\[\]{}]",
    "star": r"(SELECT|,|\.)\s*\*",
    "EXCLUDE": r"\b(EXCLUDE|EXCEPT) ?\(\s*\"|\* ?REPLACE",
    "GROUP BY ALL": r"\bGROUP BY ALL\b",
    "ON CONFLICT": r"\bON CONFLICT\b",
    "RETURNING": r"\bRETURNING\b",
    "DELETE USING": r"\ADELETE\b.*\bUSING\b",
    "BY NAME": r"\bBY NAME\b",
    "USING in a join": r"\bUSING ?\(",
    "a placeholder": r"\$\w+|\?|%s",
    "LATERAL": r"\bLATERAL\b",
    "MATERIALIZED": r"\bMATERIALIZED\b",
    "named window": r"\bWINDOW\b",
    "GROUP BY a place": r"\bGROUP BY\s+\d",
}
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_TEXTS = re.compile(r"'(?:[^']|'')*'")
_CALL = re.compile(r"(?<![\w\"])([A-Za-z_]\w*) ?\(")
_NO_CALLS = frozenset({
    "ALL", "AND", "AS", "BETWEEN", "BY", "CASE", "CAST", "ELSE", "EXCEPT", "EXISTS", "FROM",
    "GROUP", "HAVING", "IN", "INTERSECT", "INTO", "IS", "JOIN", "LIKE", "NOT", "NUMERIC", "ON",
    "OR", "OVER", "SELECT", "TABLE", "THEN", "UNION", "VARBINARY", "VARCHAR", "WHEN", "WHERE",
    "WITH",
})  # fmt: skip


def problems(sql: str) -> list[str]:
    """Return why Vertica would refuse a statement; nothing if it seems right."""
    return refused(sql) + unparsed(sql)


def refused(sql: str) -> list[str]:
    """Return forms and functions of a statement that are not to be used."""
    bare = _TEXTS.sub("''", sql)
    found = [name for name, pattern in _FORBIDDEN.items() if re.search(pattern, bare, re.DOTALL)]
    bare = _QUOTED.sub('""', sql)
    called = {name.upper() for name in _CALL.findall(bare)} - _NO_CALLS
    found += [f"function {name}" for name in sorted(called - VERTICA)]
    found += ["NULLS outside of a window"] * _nulls_outside(bare)
    found += ["a derived table without alias"] * _without_alias(bare)
    return found


def unparsed(sql: str) -> list[str]:
    """Return the places where sqlfluff's grammar of Vertica does not fit."""
    # The forgiving cast and the equality of NULLs are Vertica's, but not in that grammar.
    # Texts do not matter to it, but their backslashes would.
    told = _TEXTS.sub("'x'", sql).replace("::!", "::").replace("<=>", "=")
    parsed = _grammar().parse_string(told)
    root = parsed.root_variant()
    parts = root.tree.iter_unparsables() if root and root.tree else ()
    found = [part.raw for part in parts] + [str(error) for error in parsed.violations]
    return [f"no syntax: {text[:200]}" for text in found]


@lru_cache(maxsize=1)
def _grammar() -> Linter:
    return Linter(config=FluffConfig(overrides={"dialect": "vertica"}))


def _nulls_outside(bare: str) -> bool:
    """Whether NULLS FIRST or LAST stands in no parentheses of OVER."""
    opened: list[bool] = []
    for token in re.finditer(r"OVER\s*\(|\(|\)|\bNULLS (?:FIRST|LAST)\b", bare):
        text = token[0]
        if text.endswith("("):
            opened.append(text.startswith("OVER"))
        elif text == ")":
            opened.pop()
        elif not (opened and opened[-1]):
            return True
    return False


def _without_alias(bare: str) -> bool:
    """Whether a subquery in FROM or JOIN ends without a name."""
    for start in re.finditer(r"\b(?:FROM|JOIN) \(", bare):
        depth, place = 1, start.end()
        while depth and place < len(bare):
            depth += {"(": 1, ")": -1}.get(bare[place], 0)
            place += 1
        if not bare[place:].lstrip().startswith('AS ""'):
            return True
    return False
