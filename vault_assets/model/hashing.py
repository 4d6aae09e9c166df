"""Which rules hash keys and payloads: the warehouse's own, or those of a vault that is taken over.

`docs/hashing.md` has the rules themselves.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from vault_assets.model.base import Declared
from vault_assets.model.histories import MultiActiveSatellite, Satellite
from vault_assets.model.references import Path, Problems, key_type
from vault_assets.model.types import ColumnType

if TYPE_CHECKING:
    from vault_assets.model.warehouse import Warehouse

ForeignDigest = Literal["md5", "sha1", "sha256"]
_DIRECTIVES = re.compile(r"%[YmdHMSf%]|[^%]")


class OwnHashing(Declared):
    """The rules of Vault Assets: injective, and the same for every type on every engine."""

    profile: Literal["vault_assets"] = "vault_assets"
    digest: Literal["md5", "sha256"] = Field("md5", description="16 bytes of it are kept.")


class Formats(Declared):
    """Texts that the engine of the vault taken over gave to values other than text and integers.

    Dates and times: `%Y %m %d %H %M %S %f` (six digits) and `%%`; a `timestamptz` in UTC.
    """

    date: str | None = Field(None, examples=["%Y-%m-%d"])
    timestamp: str | None = Field(None, examples=["%Y-%m-%d %H:%M:%S"])
    timestamptz: str | None = None
    decimal: Literal["fixed", "short"] | None = Field(
        None, description="12.50 as `12.50` (all digits of the scale), or as `12.5`."
    )
    boolean: tuple[str, str] | None = Field(None, description="Text of true, text of false.")
    uuid: Literal["lower", "upper"] | None = Field(None, description="Case of the digits.")

    @field_validator("date", "timestamp", "timestamptz")
    @classmethod
    def _known_directives(cls, pattern: str | None) -> str | None:
        if pattern is not None and "".join(_DIRECTIVES.findall(pattern)) != pattern:
            msg = f"{pattern!r} may hold %Y %m %d %H %M %S %f and %% only"
            raise ValueError(msg)
        return pattern


class AutomateDv(Declared):
    """The rules of AutomateDV: trimmed, upper case, `^^` for NULL, joined with two bars."""

    profile: Literal["automate_dv"]
    digest: ForeignDigest = Field("md5", description="Its `hash`; its sha on Postgres is md5.")
    casing: bool = Field(
        True, description="Hash upper-case texts: its `hash_content_casing` is not `disabled`."
    )
    formats: Formats = Field(default_factory=lambda: Formats.model_validate({}))


class Datavault4dbt(Declared):
    """The rules of datavault4dbt 2: quoted texts, `^^` for NULL, joined with two bars."""

    profile: Literal["datavault4dbt"]
    digest: ForeignDigest = Field("md5", description="Its `hash`.")
    variant: Literal["all", "first"] = Field(
        "all",
        description="Which backslashes, quotes and control characters of a text are replaced: on "
        "Postgres the first of each only.",
    )
    keys_upper: bool = Field(True, description="`hashkey_input_case_sensitive` is off.")
    hashdiff_upper: bool = Field(
        True,
        description="`hashdiff_input_case_sensitive` is off; unless a project sets it, it is "
        "in effect off, whatever the documentation says.",
    )
    trim_hashdiffs: bool = Field(True, description="Blanks around payload texts are cut off.")
    strip_trailing: bool = Field(
        False, description="`^` and `|` at the end of a payload's text are cut off."
    )
    empty_is_null: bool = Field(
        False, description="True on SQL Server, Synapse, Oracle, Exasol: '' is NULL there."
    )
    formats: Formats = Field(default_factory=lambda: Formats.model_validate({}))


def _by_name(value: Any) -> Any:
    if isinstance(value, str):
        return {"profile": value}
    return {"profile": "vault_assets", **value} if isinstance(value, dict) else value


Rules = Annotated[OwnHashing | AutomateDv | Datavault4dbt, Field(discriminator="profile")]
Profile = Literal["vault_assets", "automate_dv", "datavault4dbt"]
Hashing = Annotated[Rules, BeforeValidator(_by_name, json_schema_input_type=Profile | Rules)]


def check_hashing(warehouse: "Warehouse", problems: Problems) -> None:
    """Record hashed columns whose text the profile of `warehouse` does not define."""
    rules = warehouse.hashing
    if isinstance(rules, OwnHashing):
        return
    formats = rules.formats.model_dump(exclude_none=True)
    known: set[str] = {"text", "integer", *formats}
    for path, column, declared in _hashed_columns(warehouse):
        if declared.kind not in known:
            hint = f"declare its text as hashing.formats.{declared.kind}"
            if declared.kind not in Formats.model_fields:
                hint = "declare decimal(p,s) or text"
            problems.add(
                path,
                f"{column!r} is {declared}, and {rules.profile} hashes what its engine wrote for "
                f"it: {hint}",
            )


def _hashed_columns(warehouse: "Warehouse") -> Iterator[tuple[Path, str, ColumnType]]:
    for name, hub in warehouse.hubs.items():
        for key in hub.keys:
            if declared := key_type(warehouse, hub, key):
                yield ("hubs", name, "keys"), key, declared
    for field, name, table in warehouse.vault_tables():
        if isinstance(table, Satellite | MultiActiveSatellite):
            children = table.child_keys if isinstance(table, MultiActiveSatellite) else {}
            types = warehouse.stage_types(table.binding.stage)
            for part, columns in (("child_keys", children), ("payload", table.payload)):
                for column in columns.values():
                    yield (field, name, part), column, types[column]
