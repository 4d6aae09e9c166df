"""Vertica's SQL from the statements that DuckDB takes: a closed dialect on sqlglot's trees.

A statement is read with sqlglot's reader of DuckDB, its parameters become literals, and it passes

1. `normalizing`: stars, aliases used as columns, `using` and `group by all` are written out. The
   result is DuckDB's still;
2. `noting`: types that matter later are noted, as the twin tells them;
3. `rewriting`: clauses that Vertica lacks become derived tables;
4. `ordering`: NULL comes last, whatever the type;
5. `functions`: each function becomes one of Vertica's;
6. `closed`, `generating`: the text, unless something is left that is not in the closed set.

What is outside of the set raises `UntranslatableError`: nothing is passed on as it is. Columns
and types come from a `Schema`. `Twin` is one: an empty DuckDB in memory with the same tables, made
by the same statements, which answers `describe`.
"""

from vault_assets.sql.vertica.errors import UntranslatableError
from vault_assets.sql.vertica.translated import Translated
from vault_assets.sql.vertica.translating import translate
from vault_assets.sql.vertica.twin import Schema, Twin

__all__ = ["Schema", "Translated", "Twin", "UntranslatableError", "translate"]
