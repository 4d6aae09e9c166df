"""What every part of a declaration shares: strictness, ownership texts, checks."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vault_assets.model.layouts import Layout
from vault_assets.model.names import Name
from vault_assets.model.vertica import VerticaDesign


def _owner(text: str) -> str:
    if not re.fullmatch(r"team:.+|[^@\s]+@[^@\s]+\.[^@\s]+", text):
        msg = f"{text!r} is no owner: give an e-mail address, or team:{text.removeprefix('team:')}"
        raise ValueError(msg)
    return text


Owner = Annotated[str, AfterValidator(_owner)]


class Declared(BaseModel):
    """A piece of a declaration: unknown keys are refused, instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Check(Declared):
    """A check written by hand: a query that returns the rows that are wrong."""

    sql: str = Field(
        description="A query returning the wrong rows (none = passed), or the path of a .sql file "
        "below the SQL folder. Tables are named layer.table; $first and $last are the load times "
        "of the batches of this load."
    )
    description: str = Field("", description="What a passed check means, in a sentence.")
    severity: Literal["warn", "error"] = Field("error", description="How bad a failure is.")
    blocking: bool = Field(
        False,
        description="Evaluate before the table is committed; a failure keeps the old table "
        "and stops what is downstream.",
    )


class Table(Declared):
    """What every declared table has: words for people, owners, tags and extra checks."""

    description: str = Field("", description="What one row is, in a sentence.")
    owners: tuple[Owner, ...] = Field(
        (), description="E-mail addresses or team:<name>; default: the warehouse's owners."
    )
    tags: dict[str, str] = Field(default_factory=dict, description="Tags of the asset.")
    checks: dict[Name, Check] = Field(
        default_factory=dict, description="Checks of this table beyond those of its pattern."
    )
    layout: Layout | None = Field(
        None, description="How its files are divided and sorted; of stages, vault tables, marts."
    )
    vertica: VerticaDesign | None = Field(
        None,
        description="How it is sorted, spread over the nodes and divided on Vertica; of stages, "
        "vault tables, marts.",
    )


def as_tuple(value: Any) -> Any:
    """Let a declaration write one item where a list is expected."""
    return (value,) if isinstance(value, str | dict | BaseModel) else value
