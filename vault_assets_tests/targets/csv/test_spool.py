"""Spooled text is complete, or the object is refused."""

import gzip

import pytest

from vault_assets.errors import BatchError
from vault_assets.targets.csv import spool

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
