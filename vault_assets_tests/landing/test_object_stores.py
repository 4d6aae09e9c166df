"""The contract of `Store`, held by a bucket and by a folder alike."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest

from vault_assets.errors import ObjectMissingError, StoreError
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.s3_bucket import S3Bucket
from vault_assets.landing.store import Object, Store, open_store
from vault_assets.settings import Settings

ODD_KEYS = [
    "a b.csv",
    "ü/é.csv",
    "load_date=2024-01-01/x+y&z.csv",
    "100%.csv",
    "q#1.csv",
    ".hidden",
]
BAD_KEYS = ["", "/a", "a/", "a//b", "../a", "a/../../b", "./a", "a/.", "a\0b", "a\nb"]


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        (tmp_path / "landing").mkdir()
        return open_store(Settings.model_construct(landing=str(tmp_path / "landing")))
    s3: Settings = request.getfixturevalue("s3")
    landing = f"s3://landing/{uuid.uuid4().hex}/prefix"
    return open_store(s3.model_copy(update={"landing": landing}))


def remove(store: Store, key: str) -> None:
    match store:
        case LocalFolder(root):
            (root / key).unlink()
        case S3Bucket(objects=objects):
            obstore.delete(objects, key)


def keys(found: list[Object]) -> list[str]:
    return [item.key for item in found]


def test_what_is_put_is_listed_with_its_size_and_time(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    store.put("social/a.csv", b"abc")
    (item,) = store.list()
    assert (item.key, item.size) == ("social/a.csv", 3)
    assert before <= item.modified <= datetime.now(UTC) + timedelta(seconds=2)
    assert item.modified.tzinfo is not None


def test_an_empty_store_lists_nothing(store: Store) -> None:
    store.ensure()
    assert list(store.list()) == []
    assert list(store.list("nothing/here")) == []
    assert store.matching("nothing/**") == []


def test_a_prefix_is_a_folder(store: Store) -> None:
    for key in ("logs/a.csv", "logs/deep/b.csv", "logs2/c.csv", "logs.csv"):
        store.put(key, b"x")
    assert sorted(keys(list(store.list("logs")))) == ["logs/a.csv", "logs/deep/b.csv"]


def test_matching_keeps_to_the_pattern_and_puts_the_oldest_first(store: Store) -> None:
    for day in ("03", "01", "02"):
        store.put(f"social/users/load_date={day}/users.csv", day.encode())
        time.sleep(0.002)
    store.put("social/users/load_date=01/deep/users.csv", b"x")
    store.put("social/groups/load_date=01/groups.csv", b"x")
    found = store.matching("social/users/load_date=*/users.csv")
    assert [key[-12:-10] for key in keys(found)] == ["03", "01", "02"]
    assert len(store.matching("social/users/**/users.csv")) == 4
    assert len(store.matching("social/**")) == 5


def test_a_pattern_without_wildcards_finds_its_one_object(store: Store) -> None:
    store.put("a/b.csv", b"x")
    store.put("a/b.csv.gz", b"x")
    assert keys(store.matching("a/b.csv")) == ["a/b.csv"]
    assert store.matching("a/c.csv") == []


def test_empty_files_are_objects(store: Store) -> None:
    store.put("a/empty.csv", b"")
    assert keys(store.matching("a/*")) == ["a/empty.csv"]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_unusual_keys_come_back_as_they_are(store: Store, tmp_path: Path, key: str) -> None:
    store.put(key, b"content")
    (item,) = store.list()
    assert item.key == key
    store.download(item, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"content"


@pytest.mark.parametrize("key", BAD_KEYS)
def test_keys_that_leave_the_store_are_refused(store: Store, key: str) -> None:
    with pytest.raises(StoreError):
        store.put(key, b"x")
    with pytest.raises(StoreError):
        store.head(key)


def test_head_agrees_with_the_listing(store: Store) -> None:
    store.put("a.csv", b"abc")
    (item,) = store.list()
    head = store.head("a.csv")
    assert (head.key, head.etag, head.size) == (item.key, item.etag, item.size)


def test_a_download_is_the_object_with_its_md5(store: Store, tmp_path: Path) -> None:
    content = bytes(range(256)) * 100_000
    store.put("big.bin", content)
    (item,) = store.list()
    store.download(item, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    assert item.size == len(content)


def test_a_missing_target_folder_is_no_missing_object(store: Store, tmp_path: Path) -> None:
    store.put("a.csv", b"abc")
    (item,) = store.list()
    with pytest.raises(FileNotFoundError):
        store.download(item, tmp_path / "nothing" / "copy")


def test_a_file_can_be_put_from_disk(store: Store, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * 12_000_000)
    store.put("a/b.bin", tmp_path / "source")
    assert store.head("a/b.bin").size == 12_000_000
    with pytest.raises(FileNotFoundError):
        store.put("a/c.bin", tmp_path / "nothing")
    assert len(list(store.list())) == 1


def test_a_new_content_is_a_new_version(store: Store) -> None:
    etags = set()
    for content in (b"1", b"2", b"3"):
        store.put("a.csv", content)
        etags.add(store.head("a.csv").etag)
    assert len(etags) == 3


def test_an_object_changed_since_it_was_listed_is_refused(store: Store, tmp_path: Path) -> None:
    store.put("a.csv", b"old")
    (item,) = store.list()
    store.put("a.csv", b"new")
    with pytest.raises(ObjectMissingError, match="has changed since"):
        store.download(item, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_an_object_removed_since_it_was_listed_is_refused(store: Store, tmp_path: Path) -> None:
    store.put("a.csv", b"old")
    (item,) = store.list()
    remove(store, "a.csv")
    with pytest.raises(ObjectMissingError, match=r"no object 'a\.csv'"):
        store.download(item, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    with pytest.raises(ObjectMissingError, match=r"no object 'a\.csv'"):
        store.head("a.csv")


def test_a_folder_is_no_object(store: Store) -> None:
    store.put("a/b.csv", b"x")
    with pytest.raises(ObjectMissingError):
        store.head("a")
    assert store.matching("*") == []
