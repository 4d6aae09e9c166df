"""Spooled text is complete, or the object is refused."""

import gzip
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from vault_assets.errors import BatchError
from vault_assets.targets.csv import spool
from vault_assets_tests.targets.archives import archive, encrypted

TEXT = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i * 7919) for i in range(5000))


def test_plain_text_is_not_copied(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(TEXT)
    assert spool(path, tmp_path) == path


def test_gzip_is_known_by_its_content_and_may_have_several_members(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(TEXT) + gzip.compress(TEXT))
    assert spool(path, tmp_path).read_bytes() == TEXT + TEXT


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[:-4],
        lambda packed: packed[:-8] + b"\x00\x00\x00\x00" + packed[-4:],
        lambda packed: packed[:40] + bytes(40) + packed[80:],
        lambda packed: packed + b"trailing",
        lambda packed: packed[:3],
    ],
    ids=["half", "no_length", "checksum", "zeroes", "trailing", "no_header"],
)
def test_damaged_gzip_is_refused_and_leaves_nothing(tmp_path, damage):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(damage(gzip.compress(TEXT)))
    with pytest.raises(BatchError, match="cut off or damaged"):
        spool(path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_zip_archive_with_one_file_is_read_whatever_its_name(tmp_path: Path, how: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(archive(TEXT, folder=True, how=how))
    assert spool(path, tmp_path).read_bytes() == TEXT


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (archive(), "0 members"),
        (archive(folder=True), "0 members"),
        (archive(TEXT, TEXT), "2 members"),
        (encrypted(TEXT), "encrypted"),
        (archive(TEXT)[:-30], "cut off or damaged"),
        (archive(TEXT)[:4], "cut off or damaged"),
        (archive(TEXT)[:40] + bytes(40) + archive(TEXT)[80:], "cut off or damaged"),
        (archive(TEXT, how=zipfile.ZIP_STORED).replace(b"name 0", b"name 9"), "Bad CRC"),
        (archive(TEXT, how=zipfile.ZIP_BZIP2).replace(b"BZh", b"BZx"), "cut off or damaged"),
    ],
    ids=["empty", "folder", "two", "encrypted", "no_end", "start", "zeroes", "checksum", "bzip2"],
)
def test_an_archive_that_is_no_single_sound_file_is_refused(
    tmp_path: Path, packed: bytes, reason: str
) -> None:
    path = tmp_path / "a.jsonl.zip"
    path.write_bytes(packed)
    with pytest.raises(BatchError, match=reason):
        spool(path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_unpacking_takes_no_memory_for_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zip"
    path.write_bytes(archive(TEXT * 300))
    tracemalloc.start()
    try:
        size = spool(path, tmp_path).stat().st_size
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 24 << 20
    assert peak < 8 << 20
