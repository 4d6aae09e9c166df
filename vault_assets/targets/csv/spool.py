"""Spool: make a landed object a plain UTF-8 text file."""

import codecs
import gzip
import shutil
import zlib
from pathlib import Path

from vault_assets.errors import BatchError

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


def spool(source: Path, work_dir: Path) -> Path:
    """Return the path of the object's text: `source` itself, or its unpacked copy in `work_dir`.

    Gzip is known by its first two bytes, whatever the name. The copy is complete or does not
    exist: the length and the checksum of every gzip member are verified, which DuckDB does not do.

    Raises:
        BatchError: The gzip data is cut off or damaged.
    """
    with source.open("rb") as file:
        if file.read(len(_GZIP_MAGIC)) != _GZIP_MAGIC:
            return source
    target = work_dir / "unpacked.csv"
    try:
        with gzip.open(source, "rb") as packed, target.open("wb") as text:
            shutil.copyfileobj(packed, text, _CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        target.unlink(missing_ok=True)
        raise BatchError(
            f"the gzip data is cut off or damaged ({error})",
            where=source.name,
            fix="Deliver the file again.",
        ) from error
    return target


def utf16_of(path: Path) -> str | None:
    """Return the codec of a file that begins with a byte order mark of UTF-16 or UTF-32."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def as_utf8(path: Path, codec: str, work_dir: Path) -> Path:
    r"""Return a copy of a file in UTF-8, with undecodable bytes shown as `\xNN`."""
    target = work_dir / "decoded.csv"
    with (
        path.open(encoding=codec, errors="backslashreplace", newline="") as source,
        target.open("w", encoding="utf-8", errors="backslashreplace", newline="") as text,
    ):
        shutil.copyfileobj(source, text, _CHUNK)
    return target
