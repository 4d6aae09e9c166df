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
class Structure:
    """The records that end in a buffer.

    Args:
        text: The records; the separator stands for every delimiter and line end outside of quotes,
            the CR before such line ends are gone.
        stops: For each record, blank ones too, where it ends in `text`, its separator included.
        breaks: Where each physical line ends in `text`; as `stops`, where no line end is quoted.
        legal: Whether each quote opens a field, closes it, or is doubled inside.
        rest: The bytes after the last record: the beginning of the next one.
    """

    text: Bytes
    stops: Positions
    breaks: Positions
    legal: bool
    rest: bytes


def structure(buffer: bytes, newline: int, delimiter: int, separator: int) -> Structure:
    """Divide a buffer that begins at the beginning of a record.

    Args:
        buffer: Bytes of the file, without `separator`.
        newline: LF or CR.
        delimiter: The byte between fields.
        separator: The byte to write after each field.
    """
    data = np.frombuffer(buffer, np.uint8)
    quoting = QUOTE in buffer
    stops, inside = _stops(data, newline, quoting=quoting)
    cut = int(stops[-1]) if len(stops) else 0
    if newline == LF and CR in buffer:
        data = _without_returns(data[:cut], stops)
        stops, inside = _stops(data, newline, quoting=quoting)
    data = data[: int(stops[-1]) if len(stops) else 0].copy()
    legal, breaks, delimiters = True, stops, data == delimiter
    if inside is not None and len(data):
        ends = data == newline
        breaks = np.flatnonzero(ends) + 1
        legal, delimiters = _quoted(data, inside, delimiters, ends)
    data ^= delimiters.view(np.uint8) * np.uint8(delimiter ^ separator)
    data[stops - 1] = separator
    return Structure(data, stops, breaks, legal, buffer[cut:])


def _stops(data: Bytes, newline: int, *, quoting: bool) -> tuple[Positions, Words | None]:
    """Return the positions after the line ends outside of quotes, and which bytes are quoted."""
    ending = data == newline
    if not quoting:
        return np.flatnonzero(ending) + 1, None
    inside = _parity(_words(data == QUOTE))
    return np.flatnonzero(_bits(_words(ending) & ~inside, len(data))) + 1, inside


def _quoted(data: Bytes, inside: Words, delimiters: Mask, ends: Mask) -> tuple[bool, Mask]:
    """Return whether all quotes are legal, and the delimiters outside of them.

    A quote is legal if it opens after, or closes before, a byte between fields or another quote (a
    doubled quote closes and opens again).
    """
    quotes, between = _words(data == QUOTE), _words(delimiters)
    inside = inside[: len(quotes)]
    neighbour = quotes | between | _words(ends)
    after = _shifted(neighbour)
    after[0] |= np.uint64(1)
    illegal = (quotes & inside & ~after) | (_shifted(quotes & ~inside) & ~neighbour)
    return not illegal.any(), _bits(between & ~inside, len(data))


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
