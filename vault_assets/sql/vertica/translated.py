"""What the translation of a statement gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault_assets.sql.vertica.twin import Table


@dataclass(frozen=True)
class Translated:
    """A statement of Vertica.

    Args:
        sql: Its complete text; empty where Vertica has nothing to do (`ignored`, `describe`,
            `catalog`, macros).
        kind: select, insert, delete, update, create_temp, create_table, create_view,
            create_schema, drop_table, drop_temp, drop_view, drop_schema, alter, comment, describe,
            catalog, create_macro, drop_macro or ignored.
        table: Schema and name of what it changes; a temporary table has no schema.
        body: The query of create_temp and create_view.
        columns: {column: type of Vertica} of create_temp, create_table and alter; of `comment`
            {column: text}, with no name for the table itself.
        replaces: Whether `or replace` was said: drop what is there first.
    """

    sql: str
    kind: str
    table: Table | None = None
    body: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = False
