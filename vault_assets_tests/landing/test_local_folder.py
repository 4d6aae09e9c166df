import os
from pathlib import Path
from typing import BinaryIO

import pytest

from vault_assets.errors import ObjectMissingError, SettingsError, StoreError
from vault_assets.landing import local_folder
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.store import open_store
from vault_assets.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    (tmp_path / "landing").mkdir()
    return LocalFolder(tmp_path / "landing")


def test_a_rewritten_file_of_equal_size_is_a_new_version(folder: LocalFolder) -> None:
    etags = []
    for number in range(50):
        folder.put("a", b"%02d" % number)
        etags.append(folder.head("a").etag)
    assert len(set(etags)) == 50


def test_a_file_copied_there_by_hand_is_an_object(folder: LocalFolder) -> None:
    (folder.root / "x").mkdir()
    (folder.root / "x" / "a.csv").write_text("1")
    assert [item.key for item in folder.list()] == ["x/a.csv"]


def test_a_half_written_file_is_never_listed(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def write(path: Path, source: BinaryIO) -> None:
        path.write_bytes(b"half")
        seen.append([item.key for item in folder.list()])
        raise OSError(28, f"no space for {source}")

    monkeypatch.setattr(local_folder, "_write", write)
    with pytest.raises(StoreError, match="no space"):
        folder.put("a/b.csv", b"whole")
    assert seen == [[]]
    assert [path.name for path in folder.root.rglob("*")] == ["a"]


def test_a_file_that_grows_while_it_is_read_is_refused(
    folder: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("a", b"12345")
    item = folder.head("a")
    fstat = os.fstat

    def stat_then_append(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        with (folder.root / "a").open("ab") as file:
            file.write(b"6")
        return found

    monkeypatch.setattr(local_folder.os, "fstat", stat_then_append)
    with pytest.raises(ObjectMissingError, match="has changed"):
        folder.download(item, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_links_to_files_are_followed_and_circles_are_not(
    folder: LocalFolder, tmp_path: Path
) -> None:
    (tmp_path / "export.csv").write_text("1")
    (folder.root / "link.csv").symlink_to(tmp_path / "export.csv")
    (folder.root / "circle").symlink_to(folder.root)
    (folder.root / "dangling").symlink_to(tmp_path / "nothing")
    assert [item.key for item in folder.list()] == ["link.csv"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "nothing")
    for call in (folder.ensure, lambda: list(folder.list())):
        with pytest.raises(StoreError, match="nothing: this folder does not exist"):
            call()


def test_the_first_put_creates_the_folder(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "new")
    folder.put("a", b"1")
    assert folder.head("a").size == 1


def test_other_kinds_of_landing_are_refused() -> None:
    with pytest.raises(SettingsError, match="VAULT_ASSETS_LANDING is empty"):
        open_store(Settings.model_construct(landing=""))
    with pytest.raises(SettingsError, match="gs://bucket"):
        open_store(Settings.model_construct(landing="gs://bucket"))


def test_a_file_cannot_lie_below_another(folder: LocalFolder) -> None:
    folder.put("a", b"x")
    with pytest.raises(StoreError, match=r"a/b\.csv cannot be written"):
        folder.put("a/b.csv", b"x")
    assert [item.key for item in folder.list()] == ["a"]
