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
    """Where the records of a buffer are.

    Args:
        data: The bytes up to and with the last line end outside of quotes, without the CR before
            line ends.
        ends: Positions in `data` of the line ends that end records; blank lines count.
        quoted: Positions in `data` of the delimiters that are text inside quotes.
        legal: Whether each quote opens a field, closes it, or is doubled inside.
        rest: The bytes after `data`: the beginning of the next record.
    """

    data: Bytes
    ends: Positions
    quoted: Positions
    legal: bool
    rest: bytes


def structure(buffer: bytes, newline: int, delimiter: int) -> Structure:
    """Divide a buffer that begins at the beginning of a record.

    Args:
        buffer: Bytes of the file.
        newline: LF or CR.
        delimiter: The delimiter's byte.
    """
    data = np.frombuffer(buffer, np.uint8)
    ends, inside = _ends(data, newline, quotes=QUOTE in buffer)
    cut = int(ends[-1]) + 1 if len(ends) else 0
    rest = buffer[cut:]
    if newline == LF and CR in buffer:
        data = _without_returns(data[:cut], ends)
        cut = len(data)
        ends, inside = _ends(data, newline, quotes=inside is not None)
    if inside is None or not cut:
        return Structure(data[:cut].copy(), ends, np.empty(0, np.int64), legal=True, rest=rest)
    delimiters = data == delimiter
    quoted = np.flatnonzero(_bits(_words(delimiters) & inside, len(data))[:cut])
    legal = _legal(_words(data == QUOTE), inside, _words(delimiters | (data == newline)), cut)
    return Structure(data[:cut].copy(), ends, quoted, legal, rest)


def _ends(data: Bytes, newline: int, *, quotes: bool) -> tuple[Positions, Words | None]:
    """Return the positions of the line ends outside of quotes, and which bytes are quoted."""
    ending = data == newline
    if not quotes:
        return np.flatnonzero(ending), None
    inside = _parity(_words(data == QUOTE))
    return np.flatnonzero(_bits(_words(ending) & ~inside, len(data))), inside


def _without_returns(data: Bytes, ends: Positions) -> Bytes:
    """Drop each CR that stands, alone or after others, before a line end that ends a record."""
    dropped = np.zeros(len(data), np.bool_)
    before = ends - 1
    while len(before):
        before = before[(before >= 0) & (data[before] == CR)]
        dropped[before] = True
        before = before - 1
    return data[~dropped]


def _legal(quotes: Words, inside: Words, between: Words, cut: int) -> bool:
    """Return whether every quote before `cut` that opens follows, and every one that closes
    precedes, a byte between fields or another quote (a doubled quote closes and opens again).
    """
    neighbour = between | quotes
    opening, closing = quotes & inside, quotes & ~inside
    after = _shifted(neighbour)
    after[0] |= np.uint64(1)
    illegal = (opening & ~after) | (_shifted(closing) & ~neighbour)
    return not _bits(illegal, cut).any()


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
