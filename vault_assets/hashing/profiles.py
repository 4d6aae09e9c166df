"""The profiles: one set of rules for all hashes of a warehouse, chosen by its declaration."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Protocol

from vault_assets.hashing import default
from vault_assets.hashing.automate_dv import AutomateDvRules
from vault_assets.hashing.datavault4dbt import Datavault4dbtRules
from vault_assets.hashing.default import Part
from vault_assets.hashing.digests import Stored
from vault_assets.model.hashing import AutomateDv, Datavault4dbt, OwnHashing, Rules
from vault_assets.model.types import ColumnType


class Profile(Protocol):
    """What tables and queries need of a profile. Expressions are DuckDB's.

    A part is an expression (a quoted column) with its declared type. `never_null` names those of
    the expressions that are NULL in no row.
    """

    @property
    def label(self) -> str:
        """The rules as kept with hash columns; empty for the default ones."""
        ...

    @property
    def injective(self) -> bool:
        """Whether different keys have different texts."""
        ...

    @property
    def grows(self) -> bool:
        """Whether a payload may gain a column of NULLs at its end without another hash."""
        ...

    @property
    def hash_type(self) -> ColumnType:
        """The type of hash columns."""
        ...

    @property
    def unknown(self) -> Stored:
        """The reserved key of an unknown parent."""
        ...

    @property
    def error(self) -> Stored:
        """The reserved key of an erroneous parent."""
        ...

    def payload_order(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return payload columns, named by their stage columns, in hash order."""
        ...

    def sql_key(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return the expression of a key."""
        ...

    def sql_missing(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return the condition under which a hub's key parts make no key; empty if they always do.

        Where it holds the hash of the key, and of every link with it, is NULL.
        """
        ...

    def sql_hashdiff(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return the expression of a payload's hash, never NULL."""
        ...

    def sql_own_hashdiff(self, parts: Sequence[Part]) -> str:
        """Return the hash of columns that only Vault Assets has; their texts are canonical."""
        ...

    def sql_set_hash(self, member: str, rows: Sequence[Part], order: Sequence[str]) -> str:
        """Return the aggregate expression of a set's hash.

        Args:
            member: The hashdiff of a member.
            rows: The columns of a member.
            order: Names of the columns that tell members apart.
        """
        ...

    def sql_normalised(self, part: Part) -> str:
        """Return what a key part is after all that its profile means to ignore.

        Keys that differ in it and share a hash collide.
        """
        ...


@dataclass(frozen=True)
class OwnRules:
    """The default rules, `vault_assets.hashing.default`."""

    settings: OwnHashing
    injective = True
    grows = True
    hash_type = ColumnType("uuid")
    unknown: Stored = default.UNKNOWN
    error: Stored = default.ERROR

    @property
    def label(self) -> str:
        """The rules as kept with hash columns."""
        return "" if self.settings.digest == "md5" else self.settings.digest

    def payload_order(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return payload columns as declared."""
        return tuple(parts)

    def sql_key(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """See `default.sql_key`."""
        return default.sql_key(parts, self.settings.digest, never_null=never_null)

    def sql_missing(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Every part must be known."""
        return " or ".join(f"{column} is null" for column, _ in parts if column not in never_null)

    def sql_hashdiff(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """See `default.sql_hashdiff`."""
        return default.sql_hashdiff(parts, self.settings.digest, never_null=never_null)

    def sql_own_hashdiff(self, parts: Sequence[Part]) -> str:
        """See `default.sql_hashdiff`."""
        return self.sql_hashdiff(parts)

    def sql_set_hash(self, member: str, rows: Sequence[Part], order: Sequence[str]) -> str:
        """See `default.sql_set_hash`."""
        del rows, order
        return default.sql_set_hash(member, self.settings.digest)

    def sql_normalised(self, part: Part) -> str:
        """A value is what it is."""
        return part[0]


OWN = OwnRules(OwnHashing.model_validate({}))


def profile_of(rules: Rules) -> Profile:
    """Return the profile that a warehouse declares as `hashing`."""
    match rules:
        case AutomateDv():
            return AutomateDvRules(rules)
        case Datavault4dbt():
            return Datavault4dbtRules(rules)
        case OwnHashing():
            return OwnRules(rules)
