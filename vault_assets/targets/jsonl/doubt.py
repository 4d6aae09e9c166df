"""Doubt: which lines of JSON hold numbers or nested values that the engine may not give back.

The engine takes a number with a point for a double. A number of at most 15 digits without exponent
survives that, except that one below 0.0001 comes back with an exponent. So only the lines marked
here have to be read with care. Bytes become bits of 64-bit words: a few passes of vector code over
each piece, and no regular expression over any line.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vault_assets.targets.csv.structure import Bytes, Mask, Positions, Words

ROUNDED, NESTED = "rounded", "nested"
"""Columns: a number of the line may come back differently; values of the line may be nested."""

_POINT, _ZERO, _NINE, _E = (np.uint8(ord(sign)) for sign in ".09e")
_LOWER = np.uint8(0x20)
# What a bracket and a brace have in common, and the bits in which they do not differ.
_BRACKET, _SAME = np.uint8(ord("[")), np.uint8(0xDF)
_PIECE = 1 << 17


def doubted(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """Return the stream of `Lines` with the columns `ROUNDED` and `NESTED`."""
    schema = reader.schema.append(pa.field(ROUNDED, pa.bool_()))
    schema = schema.append(pa.field(NESTED, pa.bool_()))
    return pa.RecordBatchReader.from_batches(schema, _batches(reader, schema))


def _batches(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        offsets, data = _bytes(batch.column("text"))
        flags = [pa.array(rounded(data, offsets)), pa.array(nested(data, offsets))]
        yield pa.RecordBatch.from_arrays([*batch.columns, *flags], schema=schema)


def _bytes(text: pa.StringArray) -> tuple[Positions, Bytes]:
    _, offsets, data = text.buffers()
    stops = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    first, last = int(stops[0]), int(stops[-1])
    return stops.astype(np.int64) - first, np.frombuffer(data, np.uint8)[first:last]


def rounded(data: Bytes, offsets: Positions) -> Mask:
    """Return which lines may hold a number that does not come back digit by digit.

    Those with 17 digits and points in a row, with an e after a digit, or with `.0000`.

    Args:
        data: The lines' bytes; each ends with a line end.
        offsets: Where each line begins, then where the last one ends.
    """
    digits = _words(data, _digit)
    points, zeros = _words(data, _point), _words(data, _zero)
    run = digits | points
    for size in (1, 2, 4, 8, 1):
        run &= _after(run, size)
    small = _after(points, 4)
    for size in range(4):
        small &= _after(zeros, size)
    exponents = _words(data, _exponent) & _after(digits, 1)
    return _per_line(run | small | exponents, offsets) > 0


def nested(data: Bytes, offsets: Positions) -> Mask:
    """Return which lines have more than one opening bracket or brace; arguments as in `rounded`."""
    found = _words(data, _opening)
    lines = len(offsets) - 1
    if np.bitwise_count(found).sum() == lines and _opening(data[offsets[:-1]]).all():
        return np.zeros(lines, np.bool_)
    return _per_line(found, offsets) > 1


def _per_line(words: Words, offsets: Positions) -> npt.NDArray[np.intp]:
    """Return how many bits of each line are set."""
    found = np.flatnonzero(words)
    if not len(found):
        return np.zeros(len(offsets) - 1, np.intp)
    bits = np.unpackbits(words[found].view(np.uint8), bitorder="little").reshape(-1, 64)
    word, bit = np.nonzero(bits)
    return np.diff(np.searchsorted(found[word] * 64 + bit, offsets))


def _words(data: Bytes, test: Callable[[Bytes], Mask]) -> Words:
    """Return a bit per byte: what the test says of it; zeros at the end."""
    packed = np.zeros(-(-len(data) // 64) * 8, np.uint8)
    # Piece by piece, because fresh memory for whole masks costs more than the tests.
    for start in range(0, len(data), _PIECE):
        bits = np.packbits(test(data[start : start + _PIECE]), bitorder="little")
        packed[start // 8 : start // 8 + len(bits)] = bits
    return packed.view("<u8")


def _digit(data: Bytes) -> Mask:
    return (data - _ZERO) <= _NINE - _ZERO


def _zero(data: Bytes) -> Mask:
    return data == _ZERO


def _point(data: Bytes) -> Mask:
    return data == _POINT


def _exponent(data: Bytes) -> Mask:
    return (data | _LOWER) == _E


def _opening(data: Bytes) -> Mask:
    return (data & _SAME) == _BRACKET


def _after(words: Words, size: int) -> Words:
    """Return the bits moved `size` places on, below 64."""
    if not size:
        return words
    moved = words << np.uint64(size)
    moved[1:] |= words[:-1] >> np.uint64(64 - size)
    return moved
