"""The rules of datavault4dbt 2: trimmed and quoted texts, `^^` for NULL, joined with `||`.

Not injective: blanks, case and control characters are lost on purpose, and the words that replace
quotes, `^^` and `||` may stand in a text themselves.
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
    sql_literal,
    sql_stored,
    stored,
)
from vault_assets.hashing.foreign_texts import foreign_text, sql_foreign_text, upper
from vault_assets.model.hashing import Datavault4dbt
from vault_assets.model.names import quoted
from vault_assets.model.types import ColumnType

_NULL, _BETWEEN = "^^", "||"
_QUOTE_WORD = "dv4dbt-quote-replacement"
_WORDS = ((_NULL, "dv4dbt-null-replacement"), (_BETWEEN, "dv4dbt-concat-replacement"))
_CONTROLS = {"\n": r"\n", "\t": r"\t", "\v": r"\x0B", "\r": r"\r"}
"""Control characters that are removed, and how a regular expression writes them."""


@dataclass(frozen=True)
class Datavault4dbtRules:
    """Hashes as datavault4dbt makes them; see `vault_assets.hashing.profiles.Profile`."""

    settings: Datavault4dbt
    injective = False

    @property
    def label(self) -> str:
        """The rules as kept with hash columns."""
        chosen = self.settings.model_dump_json(exclude={"profile"}, exclude_defaults=True)
        return f"datavault4dbt {chosen}"

    @property
    def grows(self) -> bool:
        """Whether a payload may gain a column of NULLs without another hash."""
        return self.settings.strip_trailing

    @property
    def hash_type(self) -> ColumnType:
        """The type of hash columns."""
        return hash_type(self.settings.digest)

    @property
    def unknown(self) -> Stored:
        """The reserved key of an unknown parent, and of a key without any value."""
        return reserved("0", self.settings.digest)

    @property
    def error(self) -> Stored:
        """The reserved key of an erroneous parent."""
        return reserved("f", self.settings.digest)

    def payload_order(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return payload columns in hash order: as declared."""
        return tuple(parts)

    def key_text(self, values: Sequence[Any], types: Sequence[ColumnType]) -> str | None:
        """Return the text of a key; None if no part has a value."""
        pieces = self._pieces(values, types, trim=True)
        return self._text(pieces, fold=self.settings.keys_upper)

    def key_hash(self, values: Sequence[Any], types: Sequence[ColumnType]) -> Stored:
        """Return the hash of `key_text`; the unknown key if that is None."""
        return self._hashed(self.key_text(values, types))

    def hashdiff_text(self, values: Sequence[Any], types: Sequence[ColumnType]) -> str | None:
        """Return the text of a payload; None if no column has a value."""
        pieces = self._pieces(values, types, trim=self.settings.trim_hashdiffs)
        text = self._text(pieces, fold=self.settings.hashdiff_upper)
        return text.rstrip("^|") if text and self.settings.strip_trailing else text

    def hashdiff(self, values: Sequence[Any], types: Sequence[ColumnType]) -> Stored:
        """Return the hash of `hashdiff_text`; the unknown key if that is None."""
        return self._hashed(self.hashdiff_text(values, types))

    def set_hash(self, row_texts: Iterable[str | None]) -> Stored:
        """Return the hash of a set.

        Args:
            row_texts: The `hashdiff_text` of each member, in the order of the child keys.
        """
        known = [text for text in row_texts if text is not None]
        return self._hashed(",".join(known) if known else None)

    def sql_key_text(self, parts: Sequence[Part]) -> str:
        """Return a DuckDB expression for `key_text`."""
        return self._sql_text(parts, trim=True, fold=self.settings.keys_upper)

    def sql_key(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return a DuckDB expression for `key_hash`, never NULL."""
        del never_null
        return self._sql_hashed(self.sql_key_text(parts))

    def sql_missing(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return no condition: without a value, the key is the unknown one."""
        del parts, never_null
        return ""

    def sql_hashdiff_text(self, parts: Sequence[Part]) -> str:
        """Return a DuckDB expression for `hashdiff_text`."""
        text = self._sql_text(
            parts, trim=self.settings.trim_hashdiffs, fold=self.settings.hashdiff_upper
        )
        return f"rtrim({text}, '^|')" if self.settings.strip_trailing else text

    def sql_hashdiff(self, parts: Sequence[Part], *, never_null: Container[str] = ()) -> str:
        """Return a DuckDB expression for `hashdiff`, never NULL."""
        del never_null
        return self._sql_hashed(self.sql_hashdiff_text(parts))

    def sql_own_hashdiff(self, parts: Sequence[Part]) -> str:
        """Return the hashdiff of columns that datavault4dbt has not: the default text."""
        return sql_stored(default.sql_hashdiff_text(parts), self.settings.digest)

    def sql_set_hash(self, member: str, rows: Sequence[Part], order: Sequence[str]) -> str:
        """Return a DuckDB aggregate for `set_hash`, over the columns of the members."""
        del member
        keys = ", ".join(f"{quoted(name)} asc nulls last" for name in order)
        return self._sql_hashed(f"string_agg({self.sql_hashdiff_text(rows)}, ',' order by {keys})")

    def sql_normalised(self, part: Part) -> str:
        """Return a DuckDB expression: the text that stands for a key part, NULL if it has none."""
        text = self._sql_value(part, trim=True)
        return self._sql_without_controls(f"upper({text})" if self.settings.keys_upper else text)

    def _hashed(self, text: str | None) -> Stored:
        return self.unknown if text is None else stored(text, self.settings.digest)

    def _sql_hashed(self, text: str) -> str:
        digest = self.settings.digest
        return f"coalesce({sql_stored(text, digest)}, {sql_literal(self.unknown)})"

    @property
    def _times(self) -> int:
        return 1 if self.settings.variant == "first" else -1

    def _pieces(
        self, values: Sequence[Any], types: Sequence[ColumnType], *, trim: bool
    ) -> list[str | None]:
        pairs = zip(values, types, strict=True)
        return [self._piece(value, declared, trim=trim) for value, declared in pairs]

    def _piece(self, value: Any, declared: ColumnType, *, trim: bool) -> str | None:
        text = foreign_text(value, declared, self.settings.formats)
        text = text.strip(" ") if trim and text else text
        if text is None or (self.settings.empty_is_null and not text):
            return None
        text = text.replace("\\", "\\\\", self._times).replace('"', _QUOTE_WORD, self._times)
        for mark, word in _WORDS:
            text = text.replace(mark, word)
        return f'"{text}"'

    def _text(self, pieces: Sequence[str | None], *, fold: bool) -> str | None:
        if all(piece is None for piece in pieces):
            return None
        text = _BETWEEN.join(_NULL if piece is None else piece for piece in pieces)
        text = upper(text) if fold else text
        for control in _CONTROLS:
            text = text.replace(control, "", self._times)
        return text

    def _sql_text(self, parts: Sequence[Part], *, trim: bool, fold: bool) -> str:
        between = f", '{_BETWEEN}', "
        text = f"concat({between.join(self._sql_piece(part, trim=trim) for part in parts)})"
        text = self._sql_without_controls(f"upper({text})" if fold else text)
        return f"nullif({text}, '{_BETWEEN.join([_NULL] * len(parts))}')"

    def _sql_piece(self, part: Part, *, trim: bool) -> str:
        text = self._sql_value(part, trim=trim)
        if self._times == 1:
            text = rf"regexp_replace({text}, '\\', '\\\\')"
            text = f"regexp_replace({text}, '\"', '{_QUOTE_WORD}')"
        else:
            text = rf"replace({text}, '\', '\\')"
            text = f"replace({text}, '\"', '{_QUOTE_WORD}')"
        for mark, word in _WORDS:
            text = f"replace({text}, '{mark}', '{word}')"
        return f"coalesce('\"' || {text} || '\"', '{_NULL}')"

    def _sql_value(self, part: Part, *, trim: bool) -> str:
        text = sql_foreign_text(*part, self.settings.formats)
        text = f"trim({text}, ' ')" if trim else text
        return f"nullif({text}, '')" if self.settings.empty_is_null else text

    def _sql_without_controls(self, text: str) -> str:
        if self._times == -1:
            return f"regexp_replace({text}, '[{''.join(_CONTROLS.values())}]', '', 'g')"
        for pattern in _CONTROLS.values():
            text = f"regexp_replace({text}, '{pattern}', '')"
        return text
