"""Structure: which bytes of a buffer divide records and fields, found 64 bytes at a time.

A byte is quoted if an odd number of quotes stands before it. As in simdjson, the bytes of interest
become bits of 64-bit words, and the parity of all quotes up to each bit is six shifts and
exclusive-ors per word; so a buffer costs a few passes of vector code and no loop over its bytes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vault_assets.targets.csv.header import CR, LF

QUOTE = 0x22

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Marks:
    """The bytes that take the place of structure, so that one split finds the fields.

    Args:
        delimiter: Ends fields; it also takes the place of a record's line end.
        quote: Takes the place of quotes that open, close, or are the first of a doubled one.
        inside: Takes the place of delimiters inside quotes.
    """

    delimiter: int
    quote: int
    inside: int


@dataclass(frozen=True)
class Structure:
    """The records that end in a buffer.

    Args:
        text: The records, marked, without the CR before line ends.
        stops: For each record, blank ones too, where it ends in `text`, its delimiter included.
        breaks: Where each physical line ends in `text`; as `stops`, where no line end is quoted.
        legal: Whether each quote opens a field, closes it, or is doubled inside.
        rest: The bytes after the last record: the beginning of the next one.
    """

    text: Bytes
    stops: Positions
    breaks: Positions
    legal: bool
    rest: bytes


def structure(buffer: bytes, newline: int, marks: Marks) -> Structure:
    """Divide a buffer that begins at the beginning of a record.

    Args:
        buffer: Bytes of the file, without `marks.quote` and `marks.inside`.
        newline: LF or CR.
        marks: What to write over structure.
    """
    data = np.frombuffer(buffer, np.uint8)
    quoting = QUOTE in buffer
    stops, inside = _stops(data, newline, quoting=quoting)
    cut = int(stops[-1]) if len(stops) else 0
    if newline == LF and CR in buffer:
        data = _without_returns(data[:cut], stops)
        stops, inside = _stops(data, newline, quoting=quoting)
    data = data[: int(stops[-1]) if len(stops) else 0].copy()
    legal, breaks = True, stops
    if inside is not None and len(data):
        breaks = np.flatnonzero(data == newline) + 1
        legal = _mark(data, inside, newline, marks)
    data[stops - 1] = marks.delimiter
    return Structure(data, stops, breaks, legal, buffer[cut:])


def _stops(data: Bytes, newline: int, *, quoting: bool) -> tuple[Positions, Words | None]:
    """Return the positions after the line ends outside of quotes, and which bytes are quoted."""
    ending = data == newline
    if not quoting:
        return np.flatnonzero(ending) + 1, None
    inside = _parity(_words(data == QUOTE))
    return np.flatnonzero(_bits(_words(ending) & ~inside, len(data))) + 1, inside


def _mark(data: Bytes, inside: Words, newline: int, marks: Marks) -> bool:
    """Write the marks of quotes and of delimiters inside them; return whether all is legal.

    A quote is legal if it opens after, or closes before, a byte between fields or another quote (a
    doubled quote closes and opens again).
    """
    quotes, delimiters = _words(data == QUOTE), _words(data == marks.delimiter)
    inside = inside[: len(quotes)]
    opening, closing = quotes & inside, quotes & ~inside
    neighbour = quotes | delimiters | _words(data == newline)
    after = _shifted(neighbour)
    after[0] |= np.uint64(1)
    illegal = (opening & ~after) | (_shifted(closing) & ~neighbour)
    second = opening & _shifted(closing)
    _replace(data, quotes & ~second, QUOTE ^ marks.quote)
    _replace(data, delimiters & inside, marks.delimiter ^ marks.inside)
    return not illegal.any()


def _replace(data: Bytes, words: Words, difference: int) -> None:
    """Change the bytes whose bits are set by exclusive-or."""
    data ^= _bits(words, len(data)).view(np.uint8) * np.uint8(difference)


def _without_returns(data: Bytes, stops: Positions) -> Bytes:
    """Drop each CR that stands, alone or after others, before a line end that ends a record."""
    dropped = np.zeros(len(data), np.bool_)
    before = stops - 2
    while len(before):
        before = before[(before >= 0) & (data[before] == CR)]
        dropped[before] = True
        before = before - 1
    return data[~dropped]


def _words(mask: Mask) -> Words:
    packed = np.packbits(mask, bitorder="little")
    padded = np.zeros(-(-len(packed) // 8) * 8, np.uint8)
    padded[: len(packed)] = packed
    return padded.view("<u8")


def _bits(words: Words, count: int) -> Mask:
    return np.unpackbits(words.view(np.uint8), bitorder="little", count=count).view(np.bool_)


def _parity(words: Words) -> Words:
    """Return words whose bits say whether an odd number of bits is set up to and with theirs."""
    for shift in (1, 2, 4, 8, 16, 32):
        words = words ^ (words << np.uint64(shift))
    odd = (words >> np.uint64(63)).astype(np.bool_)
    before = np.zeros(len(words), np.bool_)
    before[1:] = np.logical_xor.accumulate(odd)[:-1]
    return np.where(before, ~words, words)


def _shifted(words: Words) -> Words:
    """Return the bits moved to the next byte's place."""
    moved = words << np.uint64(1)
    moved[1:] |= words[:-1] >> np.uint64(63)
    return moved
