"""The rules of AutomateDV: trim, upper case, '' is NULL, `^^` for NULL, joined with `||`.

Not injective: blanks and case are lost on purpose, and a text may hold `||` or `^^`.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vault_assets.hashing import default
from vault_assets.hashing.default import Part
from vault_assets.hashing.digests import (
    Stored,
    hash_type,
    reserved,
    sql_members,
    sql_stored,
    stored,
)
from vault_assets.hashing.foreign_texts import foreign_text, sql_foreign_text, upper
from vault_assets.model.hashing import AutomateDv
from vault_assets.model.types import ColumnType

_NULL, _BETWEEN = "^^", "||"


@dataclass(frozen=True)
class AutomateDvRules:
    """Hashes as AutomateDV makes them; see `vault_assets.hashing.profiles.Profile`."""

    settings: AutomateDv
    injective = False
    grows = False

    @property
    def label(self) -> str:
        """The rules as kept with hash columns."""
        texts = self.settings.formats.model_dump_json(exclude_none=True)
        casing = "upper" if self.settings.casing else "as is"
        return f"automate_dv {self.settings.digest} {casing} {texts}"

    @property
    def hash_type(self) -> ColumnType:
        """The type of hash columns."""
        return hash_type(self.settings.digest)

    @property
    def unknown(self) -> Stored:
        """The reserved key of an unknown parent."""
        return reserved("0", self.settings.digest)

    @property
    def error(self) -> Stored:
        """The reserved key of an erroneous parent."""
        return reserved("f", self.settings.digest)

    def payload_order(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return payload columns in hash order: by name, whatever the case."""
        return tuple(sorted(parts, key=lambda part: part[0].lower()))

    def key_text(self, values: Sequence[Any], types: Sequence[ColumnType]) -> str | None:
        """Return the text of a key; None if no part has a value."""
        texts = self._texts(values, types)
        if len(texts) == 1:
            return texts[0]
        joined = _joined(texts)
        return None if joined == _all_null(len(texts)) else joined

    def key_hash(self, values: Sequence[Any], types: Sequence[ColumnType]) -> Stored | None:
        """Return the hash of `key_text`; None if that is None."""
        text = self.key_text(values, types)
        return None if text is None else stored(text, self.settings.digest)

    def hashdiff_text(self, values: Sequence[Any], types: Sequence[ColumnType]) -> str:
        """Return the text of a payload, whose columns are in `payload_order`."""
        return _joined(self._texts(values, types))

    def hashdiff(self, values: Sequence[Any], types: Sequence[ColumnType]) -> Stored:
        """Return the hash of `hashdiff_text`."""
        return stored(self.hashdiff_text(values, types), self.settings.digest)

    def set_hash(self, member_hashdiffs: Iterable[Stored]) -> Stored:
        """Return the hash of a set; AutomateDV has none, so it is that of the default rules."""
        digits = sorted(str(each).replace("-", "") for each in member_hashdiffs)
        return stored("".join(f"{each}|" for each in digits), self.settings.digest)

    def sql_key_text(self, parts: Sequence[Part]) -> str:
        """Return a DuckDB expression for `key_text`."""
        if len(parts) == 1:
            return self.sql_normalised(parts[0])
        return f"nullif({self.sql_hashdiff_text(parts)}, '{_all_null(len(parts))}')"

    def sql_key(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return a DuckDB expression for `key_hash`."""
        del never_null  # a text of blanks is NULL here
        return sql_stored(self.sql_key_text(parts), self.settings.digest)

    def sql_missing(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return a DuckDB condition: these parts make no key."""
        del never_null
        return f"{self.sql_key_text(parts)} is null"

    def sql_hashdiff_text(self, parts: Sequence[Part]) -> str:
        """Return a DuckDB expression for `hashdiff_text`, never NULL."""
        texts = [f"coalesce({self.sql_normalised(part)}, '{_NULL}')" for part in parts]
        between = f", '{_BETWEEN}', "
        return f"concat({between.join(texts)})"

    def sql_hashdiff(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return a DuckDB expression for `hashdiff`, never NULL."""
        del never_null
        return sql_stored(self.sql_hashdiff_text(parts), self.settings.digest)

    def sql_own_hashdiff(self, parts: Sequence[Part]) -> str:
        """Return the hashdiff of columns that AutomateDV has not: the default text."""
        return sql_stored(default.sql_hashdiff_text(parts), self.settings.digest)

    def sql_set_hash(self, member: str, rows: Sequence[Part], order: Sequence[str]) -> str:
        """Return a DuckDB aggregate for `set_hash`."""
        del rows, order
        return sql_stored(sql_members(member, self.settings.digest), self.settings.digest)

    def sql_normalised(self, part: Part) -> str:
        """Return a DuckDB expression: the text that stands for a value, NULL if it has none."""
        text = f"trim({sql_foreign_text(*part, self.settings.formats)}, ' ')"
        return f"nullif({f'upper({text})' if self.settings.casing else text}, '')"

    def _texts(self, values: Sequence[Any], types: Sequence[ColumnType]) -> list[str | None]:
        return [self._normalised(*pair) for pair in zip(values, types, strict=True)]

    def _normalised(self, value: Any, declared: ColumnType) -> str | None:
        text = (foreign_text(value, declared, self.settings.formats) or "").strip(" ")
        return (upper(text) if self.settings.casing else text) or None


def _joined(texts: Sequence[str | None]) -> str:
    return _BETWEEN.join(_NULL if text is None else text for text in texts)


def _all_null(parts: int) -> str:
    return _BETWEEN.join([_NULL] * parts)
