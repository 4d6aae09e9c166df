"""Strings: slices of a buffer as an Arrow column, with bytes that are not UTF-8 made visible."""

import numpy as np
import pyarrow as pa

from vault_assets.targets.csv.structure import Bytes, Mask, Positions

_SURROGATES = (0xDC80, 0xDCFF)
_ESCAPE_GROWTH = len(r"\xff") - 1


def strings(data: Bytes, stops: Positions) -> tuple[pa.Array, Mask]:
    r"""Return the consecutive slices of `data` as text, without a copy if all is UTF-8.

    Args:
        data: UTF-8 bytes, perhaps damaged.
        stops: Where each slice ends and the next one begins; the first begins at 0.

    Returns:
        The slices, each byte that is not part of valid UTF-8 as `\xNN`, and which slices have one.
    """
    offsets = np.concatenate((np.zeros(1, np.int64), stops))
    array = _array(offsets, data)
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return _escaped(data.tobytes(), offsets)
    return array, np.zeros(len(stops), np.bool_)


def _array(offsets: Positions, data: Bytes | bytes) -> pa.Array:
    buffers = (pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data))
    return pa.StringArray.from_buffers(len(offsets) - 1, *buffers)


def _escaped(data: bytes, offsets: Positions) -> tuple[pa.Array, Mask]:
    before = np.searchsorted(_invalid(data), offsets)
    text = data.decode(errors="backslashreplace").encode()
    return _array(offsets + _ESCAPE_GROWTH * before, text), np.diff(before) > 0


def _invalid(data: bytes) -> Positions:
    """Return the positions of the bytes that are not part of valid UTF-8."""
    # Decoding turns exactly these bytes into lone surrogates, which valid UTF-8 cannot contain.
    points = np.frombuffer(
        data.decode(errors="surrogateescape").encode("utf-32-le", "surrogatepass"), "<u4"
    )
    invalid = (points >= _SURROGATES[0]) & (points <= _SURROGATES[1])
    sizes = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)  # noqa: PLR2004  where UTF-8 grows by a byte
    sizes[invalid] = 1
    return (np.cumsum(sizes) - sizes)[invalid]
