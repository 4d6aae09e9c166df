"""What every object store has in common: objects, downloads and the rules of keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vault_assets.errors import ObjectMissingError, StoreError
from vault_assets.landing import globs

CHUNK_BYTES = 8 * 1024 * 1024
_NO_SEGMENT = {"", ".", ".."}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Object:
    """One version of one object.

    Args:
        key: Its name below the landing URL, segments separated by `/`.
        etag: What tells this version from others of the same key, without quotes. On S3 the ETag,
            so equal contents uploaded twice are one version. In a folder, made of the time of the
            last change and the size.
        size: Bytes.
        modified: When it was last written, in UTC; to the second when it comes from `head`.
    """

    key: str
    etag: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """What arrived: its size in bytes and the MD5 of its contents in hexadecimal."""

    size: int
    md5_hex: str


class Store(Protocol):
    """The objects of a landing bucket or folder."""

    @property
    def url(self) -> str:
        """Where the objects are, as in the settings; never with credentials."""
        ...

    def ensure(self) -> None:
        """Raise StoreError, saying why, unless the objects can be listed."""
        ...

    def matching(self, pattern: str) -> list[Object]:
        """Return the objects that match a glob, the oldest first, then by key.

        `*` and `?` stay within a segment, `**` spans them. Only the folder before the first
        wildcard is listed. Folder markers are left out, empty files are not.
        """
        ...

    def list(self, prefix: str = "") -> Iterator[Object]:
        """Yield the objects below the folder `prefix`, in no given order, as they are read.

        Folder markers of S3 (keys that end in `/`) appear as empty objects: see `matching`.
        """
        ...

    def head(self, key: str) -> Object:
        """Return the present version of `key`, or raise ObjectMissingError."""
        ...

    def download(self, item: Object, path: Path) -> None:
        """Copy exactly this version to a local file, in chunks.

        Raises:
            ObjectMissingError: The object has gone or has other content than when it was listed.
                No partial file stays behind, whatever the error.
        """
        ...

    def put(self, key: str, content: Path | bytes) -> None:
        """Write an object, from a local file or from memory: readers see all of it or nothing."""
        ...


def select(store: Store, pattern: str) -> list[Object]:
    """Return what `Store.matching` promises, for any store."""
    if globs.is_literal(pattern):
        return _present(store, pattern)
    matches = globs.compiled(pattern).fullmatch
    found = (item for item in store.list(globs.folder(pattern)) if matches(item.key))
    # S3 clients may drop the `/` at the end of a folder marker; `head` knows only files.
    files = (item for item in found if item.size > 0 or _present(store, item.key))
    return sorted(files, key=lambda item: (item.modified, item.key))


def _present(store: Store, key: str) -> list[Object]:
    try:
        return [store.head(key)]
    except ObjectMissingError:
        return []


def checked_key(key: str) -> str:
    """Return `key` if it names one object below the store's root, else raise StoreError."""
    if _CONTROL.search(key) or any(segment in _NO_SEGMENT for segment in key.split("/")):
        what = f"{key!r} is not a key that this store can hold."
        fix = "No empty, '.' or '..' segments, no '/' at its ends, no control characters."
        raise StoreError(what, fix=fix)
    return key


def gone(key: str, url: str) -> ObjectMissingError:
    """Return the error for an object that does not exist (any more)."""
    fix = "It was removed or renamed after it was listed, or the key is misspelt."
    return ObjectMissingError(f"there is no object {key!r}.", where=url, fix=fix)


def changed(key: str, url: str) -> ObjectMissingError:
    """Return the error for an object that was overwritten since it was listed."""
    what = f"object {key!r} has changed since it was listed."
    return ObjectMissingError(what, where=url, fix="List again: the new content is a new version.")
