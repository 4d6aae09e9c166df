"""Marts by key: which keys of a mart new batches touch, so that only their rows are replaced."""

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from vault_assets.model.base import Declared, as_tuple
from vault_assets.model.names import Name

CHANGED_KEYS = "changed_keys"
"""The temp table that the query of such a mart reads: the columns of `key`."""

WRITTEN_ROWS = "written_rows"
"""What the checks of such a mart may read: the rows that a build has written."""


class Incremental(Declared):
    """How rows of a mart are replaced by key: a build replaces the keys that changed, no others."""

    key: Annotated[
        tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=str | list[str])
    ] = Field(
        min_length=1,
        description="Columns of the mart; rows that share their values are replaced together.",
    )
    changed: str = Field(
        min_length=1,
        description="A query for the keys that new batches touch, with the columns of `key`, or "
        "its path below the SQL folder. It reads new_batches(source, batch_id, load_ts, from_key, "
        "records, loaded).",
    )

    @property
    def temp(self) -> str:
        """The temp table that says what is built."""
        return CHANGED_KEYS

    @property
    def temp_columns(self) -> tuple[str, ...]:
        """Its columns."""
        return self.key

    @field_validator("key")
    @classmethod
    def _once(cls, key: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(key)) < len(key):
            msg = "names a column twice"
            raise ValueError(msg)
        return key
