"""The bytes of COPY as records of fields, with the text of each record for its rejection."""

from collections.abc import Iterator
from dataclasses import dataclass

from vault_assets_tests.vertica_server.copy_options import Format


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Args:
        number: Its place in the file, from 1.
        raw: Its text.
        fields: The values; None is NULL.
    """

    number: int
    raw: str
    fields: list[str | None]


def records(data: str, how: Format) -> Iterator[Record]:
    """Split a text; blank records are neither loaded nor rejected."""
    found = _quoted(data, how) if how.enclosed or how.escape else _plain(data, how)
    for number, (raw, fields) in enumerate(found, 1):
        if raw and number > how.skip:
            yield Record(number, raw, fields)


def _plain(data: str, how: Format) -> Iterator[tuple[str, list[str | None]]]:
    """Split where no field can hold a delimiter or a terminator."""
    for raw in _without_last(data.split(how.terminator)):
        yield raw, [None if f == how.null else f for f in raw.split(how.delimiter)]


def _quoted(data: str, how: Format) -> Iterator[tuple[str, list[str | None]]]:
    """Split with quotes and escapes; records without any of them take the short way."""
    marks = [mark for mark in (how.enclosed, how.escape) if mark]
    rest = iter(_without_last(data.split(how.terminator)))
    for line in rest:
        raw = line
        if not any(mark in raw for mark in marks):
            yield raw, [None if f == how.null else f for f in raw.split(how.delimiter)]
            continue
        fields: list[str | None] | None = _fields(raw, how)
        while fields is None:
            following = next(rest, None)
            if following is None:
                fields = [raw]
                break
            raw = raw + how.terminator + following
            fields = _fields(raw, how)
        yield raw, fields


def _fields(raw: str, how: Format) -> list[str | None] | None:
    """Return the fields, or None if a quote or an escape goes on in the next record."""
    found: list[str | None] = []
    value, place, inside, plain = "", 0, False, True
    while place < len(raw):
        char = raw[place]
        if how.escape and char == how.escape:
            if place + 1 == len(raw):
                return None
            value, place, plain = value + raw[place + 1], place + 2, False
        elif inside and char == how.enclosed:
            doubled = raw.startswith(how.enclosed, place + 1)
            value += how.enclosed if doubled else ""
            inside, place = doubled, place + 1 + doubled
        elif not inside and how.enclosed and char == how.enclosed and not value:
            inside, place = True, place + 1
        elif not inside and raw.startswith(how.delimiter, place):
            found.append(_value(value, how, plain=plain))
            value, place, plain = "", place + len(how.delimiter), True
        else:
            value, place = value + char, place + 1
    if inside:
        return None
    return [*found, _value(value, how, plain=plain)]


def _value(value: str, how: Format, *, plain: bool) -> str | None:
    """A field that equals the NULL text is NULL, with quotes or without, unless it is escaped."""
    return None if plain and value == how.null else value


def _without_last(parts: list[str]) -> list[str]:
    return parts[:-1] if parts and not parts[-1] else parts
