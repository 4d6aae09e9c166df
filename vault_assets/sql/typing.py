"""Text to a declared type: DuckDB expressions that accept what the type allows and nothing else.

DuckDB's own `try_cast` accepts more than a declaration means: '1.5' as an integer (2), '0x10',
'1_000', 'epoch', 24:00, and it drops the offset of '2024-01-01 00:00:00+03'. Each expression here
therefore takes the value of `try_cast` at once only where that value prints as the very text it
was read from, and leaves every other text to a regular expression that spells the grammar out.
"""

from collections.abc import Callable

from vault_assets.model.names import literal
from vault_assets.model.types import ColumnType, Epoch, Kind
from vault_assets.sql.dialect import sql_type

_BLANKS = "[ \\t]*"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6}0*)?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LOCAL = f"{_DAY}[ T]{_CLOCK}"
_OFFSET = "(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_HEX = "[0-9A-Fa-f]"
_UUID = f"{_HEX}{{8}}-({_HEX}{{4}}-){{3}}{_HEX}{{12}}"

_MICROSECONDS: dict[Epoch, int] = {"s": 1_000_000, "ms": 1_000, "us": 1}
# Years 0001 to 9999 in microseconds since 1970.
_EPOCH_RANGE = (-62_135_596_800_000_000, 253_402_300_799_999_999)


def typed(
    text: str,
    declared: ColumnType,
    *,
    time_zone: str | None = None,
    epoch: Epoch | None = None,
) -> str:
    """Return a DuckDB expression: the value of `text` in the declared type, or NULL if it has none.

    Blanks and tabs around a value that is not text are ignored; text is taken as it is (its length
    is `overlong`'s concern). The expression never raises.

    - integer: sign, digits, and a fraction of zeros ('27.0'), in the range of a 64-bit integer.
    - decimal(p,s): plain digits, exact: more than s digits after the point must be zeros.
    - float: ordinary and exponent forms; nan, infinity and overflow are no values.
    - boolean: 0, 1, t, f, true, false in any case.
    - date: YYYY-MM-DD, years 0001 to 9999.
    - timestamp, timestamptz: `YYYY-MM-DD[ T]HH:MM:SS[.ffffff]`, more digits only if zeros, then
      nothing, `Z`, `+HH`, `+HHMM` or `+HH:MM`; stored in UTC. A day alone is its first instant.
      Without an offset the text is in `time_zone`, or in UTC; a local time that the zone skips is
      no value, of one that it repeats the engine takes one. With `epoch` the text is an integer,
      since 1970 in UTC, instead.
    - uuid: 8-4-4-4-12 hexadecimal digits in any case.

    Args:
        text: SQL of a VARCHAR expression; it is repeated, so pass a column name.
        declared: The type to read.
        time_zone: Zone name of timestamps that carry no offset, such as `Europe/Berlin`.
        epoch: Unit of timestamps that are numbers.
    """
    if declared.kind == "decimal":
        return _decimal(text, declared)
    if declared.kind in ("timestamp", "timestamptz"):
        utc = _timestamp(text, time_zone) if epoch is None else _since_1970(text, epoch)
        return f"make_timestamptz(epoch_us({utc}))" if declared.kind == "timestamptz" else utc
    return _SIMPLE[declared.kind](text)


def overlong(text: str, declared: ColumnType) -> str | None:
    """Return a condition: `text` has more UTF-8 bytes than declared; None if there is no limit."""
    return None if declared.length is None else f"strlen({text}) > {declared.length}"


def _trimmed(text: str) -> str:
    return f"trim({text}, ' ' || chr(9))"


def _matches(text: str, grammar: str) -> str:
    return f"regexp_full_match({text}, {literal(_BLANKS + grammar + _BLANKS)})"


def _prints_as(text: str, target: str) -> str:
    return f"cast(try_cast({text} as {target}) as varchar) = {text}"


def _integer(text: str) -> str:
    value, digits = f"try_cast({text} as bigint)", f"split_part({_trimmed(text)}, '.', 1)"
    return (
        f"case when cast({value} as varchar) = {text} then {value} "
        f"when cast({value} as varchar) || '.0' = {text} then {value} "
        f"when {_matches(text, '[+-]?[0-9]+([.]0+)?')} then try_cast({digits} as bigint) end"
    )


def _decimal(text: str, declared: ColumnType) -> str:
    exact, scale = sql_type(declared), declared.scale or 0
    digits = f"([0-9]+([.][0-9]{{0,{scale}}}0*)?|[.][0-9]{{0,{scale}}}0*)"
    plain = literal("-?[0-9]+" + f"([.][0-9]{{1,{scale}}})?" * bool(scale))
    # The first form is that of nearly every text, and faster to find out than how it prints. The
    # second one also matches a lone point, which try_cast refuses.
    return (
        f"case when regexp_full_match({text}, {plain}) then try_cast({text} as {exact}) "
        f"when {_matches(text, '[+-]?' + digits)} "
        f"then try_cast({_trimmed(text)} as {exact}) end"
    )


def _float(text: str) -> str:
    value = f"try_cast({text} as double)"
    # What try_cast takes beyond the grammar: '1_000', '+-1', infinity and what overflows to it.
    odd = f"contains({text}, '_') or contains({text}, '+-')"
    return f"case when isfinite({value}) and not ({odd}) then {value} end"


def _boolean(text: str) -> str:
    return (
        f"case when {text} in ('1', 't', 'true') then true "
        f"when {text} in ('0', 'f', 'false') then false "
        f"when lower({_trimmed(text)}) in ('1', 't', 'true') then true "
        f"when lower({_trimmed(text)}) in ('0', 'f', 'false') then false end"
    )


def _date(text: str) -> str:
    # Ten characters leave no room for years after 9999, BC or infinity, which print as themselves.
    def plain(part: str) -> str:
        return f"strlen({part}) = 10 and {_prints_as(part, 'date')} then try_cast({part} as date)"

    return f"case when {plain(text)} when {plain(_trimmed(text))} end"


def _timestamp(text: str, time_zone: str | None) -> str:
    first, last = "timestamp '0001-01-01'", "timestamp '9999-12-31 23:59:59.999999'"

    def branch(condition: str, value: str) -> str:
        return f"when {condition} and {value} between {first} and {last} then {value} "

    def local(part: str) -> str:
        value = f"try_cast({part} as timestamp)"
        return value if time_zone is None else _in_utc(value, literal(time_zone))

    printed = f"cast(try_cast({text} as timestamp) as varchar)"
    instant = f"make_timestamp(epoch_us(try_cast({_trimmed(text)} as timestamptz)))"
    return (
        "case "
        + branch(f"{printed} = {text}", local(text))
        + branch(f"rpad({printed}, 26, '0') = {text}", local(text))
        + branch(f"{printed} || '.000000' = {text}", local(text))
        + branch(_matches(text, f"({_LOCAL}|{_DAY})"), local(_trimmed(text)))
        + branch(_matches(text, _LOCAL + _OFFSET), instant)
        + "end"
    )


def _since_1970(text: str, unit: Epoch) -> str:
    factor, number = _MICROSECONDS[unit], _integer(text)
    first, last = (limit // factor for limit in _EPOCH_RANGE)
    instant = f"make_timestamp({number} * {factor})"
    return f"case when {number} between {first} and {last} then {instant} end"


def _in_utc(local: str, zone: str) -> str:
    instant = f"timezone({zone}, {local})"
    exists = f"timezone({zone}, {instant}) = {local}"
    return f"case when {exists} then make_timestamp(epoch_us({instant})) end"


def _uuid(text: str) -> str:
    return (
        f"case when {_prints_as(text, 'uuid')} then try_cast({text} as uuid) "
        f"when {_matches(text, _UUID)} then try_cast({_trimmed(text)} as uuid) end"
    )


_SIMPLE: dict[Kind, Callable[[str], str]] = {
    "integer": _integer,
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "text": str,
    "uuid": _uuid,
}
