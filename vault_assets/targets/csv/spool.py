"""Spool: make a landed object a plain UTF-8 text file."""

import codecs
import gzip
import lzma
import shutil
import zipfile
import zlib
from pathlib import Path

from vault_assets.errors import BatchError

_GZIP_MAGIC = b"\x1f\x8b"
# The second is the beginning of an archive without members.
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


def spool(source: Path, work_dir: Path) -> Path:
    """Return the path of the object's text: `source` itself, or its unpacked copy in `work_dir`.

    Gzip and zip are known by their first bytes, whatever the name. The copy is made in chunks, and
    is complete or does not exist: length and checksum of every member are verified, which DuckDB
    does not do for gzip.

    Raises:
        BatchError: The data is cut off or damaged, or a zip archive is no single readable file.
    """
    with source.open("rb") as file:
        start = file.read(4)
    target = work_dir / "unpacked.csv"
    try:
        if start.startswith(_GZIP_MAGIC):
            _ungzip(source, target)
        elif start in _ZIP_MAGIC:
            _unzip(source, target)
        else:
            return source
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _ungzip(source: Path, target: Path) -> None:
    try:
        with gzip.open(source, "rb") as packed, target.open("wb") as text:
            shutil.copyfileobj(packed, text, _CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(source, "gzip", error) from error


def _unzip(source: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            member = _only_member(source, archive)
            with archive.open(member) as packed, target.open("wb") as text:
                shutil.copyfileobj(packed, text, _CHUNK)
    except NotImplementedError as error:
        raise BatchError(
            f"the zip archive cannot be read: {error}",
            where=source.name,
            fix="Deliver it deflated.",
        ) from error
    except (EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError) as error:
        raise _damaged(source, "zip", error) from error


def _only_member(source: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the only file of an archive; entries for folders are none."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise BatchError(
            f"the zip archive has {len(members)} members instead of one",
            where=source.name,
            fix="Deliver each file in an archive of its own.",
        )
    if members[0].flag_bits & _ENCRYPTED:
        raise BatchError(
            f"the zip archive is encrypted (member {members[0].filename!r})",
            where=source.name,
            fix="Deliver it without a password.",
        )
    return members[0]


def _damaged(source: Path, form: str, error: Exception) -> BatchError:
    return BatchError(
        f"the {form} data is cut off or damaged ({error})",
        where=source.name,
        fix="Deliver the file again.",
    )


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
