"""Types: Vertica's oids and modifiers, what DuckDB stores, and the text form of values."""

import datetime as dt
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from vault_assets_tests.vertica_server.faults import Fault, syntax
from vault_assets_tests.vertica_server.lexing import Token

_DAY, _HOUR, _MINUTE, _SECOND = 1 << 19, 1 << 26, 1 << 27, 1 << 28
_YEAR, _MONTH = 1 << 18, 1 << 17
_RANKS = {"DAY": _DAY, "HOUR": _HOUR, "MINUTE": _MINUTE, "SECOND": _SECOND}
_MAX_DECIMAL = 38


@dataclass(frozen=True)
class Kind:
    """A type as the client sees it and as DuckDB stores it.

    Args:
        name: Vertica's name in lower case, such as `varchar`.
        oid: Vertica's number of the type.
        duck: DuckDB's type.
        typmod: Length plus 4, packed precision and scale, or -1.
        size: Bytes on the server; -1 if they vary.
        user: The name of a type outside of the base types; else ''.
    """

    name: str
    oid: int
    duck: str
    typmod: int = -1
    size: int = -1
    user: str = ""

    @property
    def length(self) -> int | None:
        """The declared octets of a text or binary type."""
        return self.typmod - 4 if self.oid in _SIZED and self.typmod > 0 else None

    @property
    def declared(self) -> str:
        """The type as the catalog writes it, such as `varchar(80)` or `numeric(10,2)`."""
        if self.oid == NUMERIC.oid and self.typmod > 0:
            packed = self.typmod - 4
            return f"numeric({packed >> 16},{packed & 0xFFFF})"
        return f"{self.name}({self.length})" if self.length else self.name


BOOLEAN = Kind("boolean", 5, "BOOLEAN", size=1)
INT = Kind("int", 6, "BIGINT", size=8)
FLOAT = Kind("float", 7, "DOUBLE", size=8)
CHAR = Kind("char", 8, "VARCHAR")
VARCHAR = Kind("varchar", 9, "VARCHAR")
DATE = Kind("date", 10, "DATE", size=8)
TIME = Kind("time", 11, "TIME", size=8)
TIMESTAMP = Kind("timestamp", 12, "TIMESTAMP", size=8)
TIMESTAMPTZ = Kind("timestamptz", 13, "TIMESTAMPTZ", size=8)
INTERVAL = Kind("interval", 14, "INTERVAL", size=8)
INTERVAL_YM = Kind("interval year to month", 114, "INTERVAL", typmod=_YEAR | _MONTH, size=8)
TIMETZ = Kind("timetz", 15, "TIMETZ", size=8)
NUMERIC = Kind("numeric", 16, "DECIMAL(38,15)")
VARBINARY = Kind("varbinary", 17, "BLOB")
UUID = Kind("uuid", 20, "UUID", size=16)
LONG_VARCHAR = Kind("long varchar", 115, "VARCHAR")
LONG_VARBINARY = Kind("long varbinary", 116, "BLOB")
BINARY = Kind("binary", 117, "BLOB")
GEOMETRY = Kind("geometry", 116, "VARCHAR", user="geometry")
GEOGRAPHY = Kind("geography", 116, "VARCHAR", user="geography")

_SIZED = {8, 9, 17, 115, 116, 117}
_DEFAULT_LENGTH = {8: 1, 9: 80, 17: 80, 115: 1 << 20, 116: 1 << 20, 117: 1}
_MAX_LENGTH = {8: 65000, 9: 65000, 17: 65000, 117: 65000, 115: 32000000, 116: 32000000}
_NAMES = {
    "BOOLEAN": BOOLEAN, "BOOL": BOOLEAN,
    "INT": INT, "INTEGER": INT, "BIGINT": INT, "INT8": INT, "SMALLINT": INT, "TINYINT": INT,
    "FLOAT": FLOAT, "FLOAT8": FLOAT, "REAL": FLOAT, "DOUBLE": FLOAT,
    "CHAR": CHAR, "CHARACTER": CHAR, "VARCHAR": VARCHAR,
    "DATE": DATE, "TIME": TIME, "TIMETZ": TIMETZ,
    "TIMESTAMP": TIMESTAMP, "DATETIME": TIMESTAMP, "SMALLDATETIME": TIMESTAMP,
    "TIMESTAMPTZ": TIMESTAMPTZ, "INTERVAL": INTERVAL,
    "NUMERIC": NUMERIC, "DECIMAL": NUMERIC, "NUMBER": NUMERIC, "MONEY": NUMERIC,
    "VARBINARY": VARBINARY, "BYTEA": VARBINARY, "RAW": VARBINARY, "BINARY": BINARY,
    "UUID": UUID, "GEOMETRY": GEOMETRY, "GEOGRAPHY": GEOGRAPHY,
}  # fmt: skip
_DIGITS = {"NUMERIC": (37, 15), "DECIMAL": (37, 15), "NUMBER": (38, 0), "MONEY": (18, 4)}


def declared(tokens: Sequence[Token], start: int) -> tuple[Kind, int]:
    """Read a type: return it and the place after it.

    Raises:
        Fault: 42704, Vertica has no such type.
    """
    word, place = tokens[start].upper, start + 1
    following = tokens[place].upper if place < len(tokens) else ""
    if word == "LONG" and following in {"VARCHAR", "VARBINARY"}:
        kind, place = (LONG_VARCHAR if following == "VARCHAR" else LONG_VARBINARY), place + 1
    elif word in _NAMES:
        kind = _NAMES[word]
        place += (word, following) == ("DOUBLE", "PRECISION") or following == "VARYING"
        kind = VARCHAR if following == "VARYING" else kind
    else:
        raise Fault("42704", f'Type "{tokens[start].text}" does not exist')
    if kind is INTERVAL:
        return _interval(tokens, place)
    numbers, place = _numbers(tokens, place)
    zone, place = _zone(tokens, place)
    return _sized(word, _zoned(kind) if zone else kind, numbers), place


def of_duck(type_name: str) -> Kind:
    """Return the Vertica type of a result column of DuckDB."""
    if type_name.startswith("DECIMAL"):
        precision, scale = map(int, type_name[8:-1].split(","))
        return _decimal(precision, scale)
    return _OF_DUCK.get(type_name, VARCHAR)


_OF_DUCK = {
    "BOOLEAN": BOOLEAN, "TINYINT": INT, "SMALLINT": INT, "INTEGER": INT, "BIGINT": INT,
    "HUGEINT": INT, "UTINYINT": INT, "USMALLINT": INT, "UINTEGER": INT, "UBIGINT": INT,
    "FLOAT": FLOAT, "DOUBLE": FLOAT, "DATE": DATE, "TIME": TIME, "TIMESTAMP": TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": TIMESTAMPTZ, "TIME WITH TIME ZONE": TIMETZ,
    "INTERVAL": INTERVAL, "BLOB": VARBINARY, "UUID": UUID,
}  # fmt: skip


def encoder(kind: Kind, *, binary: bool = False) -> Callable[[Any], bytes]:
    """Return the function that gives the wire form of values that are not NULL."""
    if binary:
        return _BINARY[kind.oid]
    if kind.oid in {CHAR.oid, BINARY.oid} and (length := kind.length):
        return _padded(kind, length)
    return _TEXT.get(kind.oid, _plain)


def travels_binary(kind: Kind) -> bool:
    """Whether the stand-in has a binary form of the type."""
    return kind.oid in _BINARY and not kind.user


def _numbers(tokens: Sequence[Token], place: int) -> tuple[list[int], int]:
    if place >= len(tokens) or tokens[place].upper != "(":
        return [], place
    end = place + 1
    while tokens[end].upper != ")":
        end += 1
    return [int(t.text) for t in tokens[place + 1 : end] if t.kind == "number"], end + 1


def _zone(tokens: Sequence[Token], place: int) -> tuple[bool, int]:
    words = tuple(token.upper for token in tokens[place : place + 3])
    if words in {("WITH", "TIME", "ZONE"), ("WITHOUT", "TIME", "ZONE")}:
        return words[0] == "WITH", place + 3
    return False, place


def _zoned(kind: Kind) -> Kind:
    return TIMESTAMPTZ if kind is TIMESTAMP else TIMETZ


def _sized(word: str, kind: Kind, numbers: list[int]) -> Kind:
    if kind is NUMERIC:
        precision, scale = _DIGITS[word]
        return _decimal(*([*numbers, 0][:2] if numbers else (precision, scale)))
    if kind.oid not in _SIZED:
        return kind
    length = numbers[0] if numbers else _DEFAULT_LENGTH[kind.oid]
    if not 1 <= length <= _MAX_LENGTH[kind.oid]:
        raise Fault("22023", f"Length for type {kind.name} cannot be {length}")
    return replace(kind, typmod=length + 4)


def _decimal(precision: int, scale: int) -> Kind:
    if not scale <= precision <= 1024:
        raise syntax(f"numeric({precision},{scale})")
    stored = f"DECIMAL({min(precision, _MAX_DECIMAL)},{min(scale, _MAX_DECIMAL)})"
    return Kind("numeric", 16, stored, typmod=(precision << 16 | scale) + 4)


def _interval(tokens: Sequence[Token], place: int) -> tuple[Kind, int]:
    fields, digits = [], 6
    while place < len(tokens) and tokens[place].upper in {*_RANKS, "YEAR", "MONTH", "TO"}:
        fields += [tokens[place].upper] if tokens[place].upper != "TO" else []
        place += 1
        numbers, place = _numbers(tokens, place)
        digits = numbers[0] if numbers else digits
    if fields and fields[0] in {"YEAR", "MONTH"}:
        bits = sum({"YEAR": _YEAR, "MONTH": _MONTH}[field] for field in fields)
        return replace(INTERVAL_YM, typmod=bits), place
    ranks = list(_RANKS)
    first, last = (ranks.index(fields[0]), ranks.index(fields[-1])) if fields else (0, 3)
    bits = sum(_RANKS[rank] for rank in ranks[first : last + 1])
    return replace(INTERVAL, typmod=bits | digits), place


def _plain(value: Any) -> bytes:
    return str(value).encode()


def _float(value: float) -> bytes:
    named = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return named.get(str(value), repr(value)).encode()


def _numeric(value: Decimal) -> bytes:
    return format(value, "f").encode()


def _timestamp(value: dt.datetime) -> bytes:
    return value.replace(tzinfo=None).isoformat(" ").encode()


def _timestamptz(value: dt.datetime) -> bytes:
    return _timestamp(value.astimezone(dt.UTC)) + b"+00"


def _interval_text(value: dt.timedelta) -> bytes:
    total = round(value / dt.timedelta(microseconds=1))
    sign, total = ("-" if total < 0 else ""), abs(total)
    seconds, micro = divmod(total, 1_000_000)
    hours, rest = divmod(seconds, 3600)
    clock = f"{hours % 24:02}:{rest // 60:02}:{rest % 60:02}" + (f".{micro:06}" if micro else "")
    return f"{sign}{hours // 24} {clock}".encode()


def _months(value: dt.timedelta) -> bytes:
    """DuckDB hands months over as 30 days each."""
    months = value.days // 30
    sign = "-" if months < 0 else ""
    return f"{sign}{abs(months) // 12}-{abs(months) % 12}".encode()


def _octets(value: bytes) -> bytes:
    return b"".join(
        b"\\\\" if b == 92 else bytes([b]) if 32 <= b < 127 else b"\\%03o" % b for b in value
    )


def _padded(kind: Kind, length: int) -> Callable[[Any], bytes]:
    if kind.oid == CHAR.oid:
        return lambda value: value.encode().ljust(length)
    return lambda value: _octets(value.ljust(length, b"\0"))


_TEXT: dict[int, Callable[[Any], bytes]] = {
    BOOLEAN.oid: lambda value: b"t" if value else b"f",
    FLOAT.oid: _float,
    NUMERIC.oid: _numeric,
    TIMESTAMP.oid: _timestamp,
    TIMESTAMPTZ.oid: _timestamptz,
    INTERVAL.oid: _interval_text,
    INTERVAL_YM.oid: _months,
    VARBINARY.oid: _octets,
    LONG_VARBINARY.oid: lambda v: v.encode() if isinstance(v, str) else _octets(v),
    BINARY.oid: _octets,
}
_BINARY: dict[int, Callable[[Any], bytes]] = {
    BOOLEAN.oid: lambda value: b"\1" if value else b"\0",
    INT.oid: lambda value: struct.pack("!q", value),
    FLOAT.oid: lambda value: struct.pack("!d", value),
    VARCHAR.oid: _plain,
    UUID.oid: lambda value: value.bytes,
}
