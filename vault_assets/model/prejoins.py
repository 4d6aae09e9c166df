"""Prejoins: columns of a stage that are looked up in the kept rows of another stage."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from vault_assets.model.base import Declared
from vault_assets.model.names import Name


def _with_true_for_on(schema: dict[str, Any]) -> None:
    """Let a JSON schema accept what YAML 1.1 makes of the key `on`: true, which no schema names.

    Unknown and missing keys are still refused when the declaration is read.
    """
    schema.pop("additionalProperties", None)
    schema["required"] = [name for name in schema["required"] if name != "on"]


class Prejoin(Declared):
    """Columns that a row takes from the latest row of another stage that has its key.

    A batch sees the rows of batches whose load time is not later than its own.
    """

    model_config = ConfigDict(json_schema_extra=_with_true_for_on)

    source: Name = Field(description="The source whose stage is looked up.")
    on: dict[Name, Name] = Field(
        min_length=1,
        description="Column of this source, also one derived from its file: column of the stage "
        "looked up.",
    )
    columns: dict[Name, Name] = Field(
        min_length=1, description="New column: column of the stage looked up, derived ones too."
    )
    missing: Literal["quarantine", "null"] = Field(
        "quarantine",
        description="What becomes of a row whose key is not found: quarantine, or NULLs. A NULL "
        "in the key is never looked up: the new columns are NULL.",
    )

    @model_validator(mode="before")
    @classmethod
    def _on_is_a_word(cls, value: Any) -> Any:
        """YAML 1.1 reads the key `on` as true."""
        if isinstance(value, Mapping) and True in value and "on" not in value:
            return {"on" if key is True else key: item for key, item in value.items()}
        return value

    @field_validator("missing", mode="before")
    @classmethod
    def _null_is_a_word(cls, value: Any) -> Any:
        if value is None:
            msg = 'write "null" in quotes, or quarantine'
            raise ValueError(msg)
        return value
