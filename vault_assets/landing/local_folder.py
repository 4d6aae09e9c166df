"""A local folder as an object store: for single-process use, notebooks and tests."""

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from vault_assets.errors import StoreError
from vault_assets.landing.objects import (
    CHUNK_BYTES,
    Object,
    changed,
    checked_key,
    gone,
    select,
)

_TEMPORARY = ".vault-assets-put-"


@dataclass(frozen=True)
class LocalFolder:
    """The files below a folder; see `Store` for what each method promises.

    Links to files are followed, links to folders are not (they could form a circle).

    Args:
        root: Absolute path of the folder.
    """

    root: Path

    @property
    def url(self) -> str:
        """The path of the folder."""
        return str(self.root)

    def ensure(self) -> None:
        """Raise StoreError unless the folder exists and can be read."""
        if not self.root.is_dir():
            what, fix = "this folder does not exist.", "Create it, or correct VAULT_ASSETS_LANDING."
            raise StoreError(what, where=self.url, fix=fix)
        if not os.access(self.root, os.R_OK | os.X_OK):
            what, fix = "this folder may not be read.", "Ask its owner for read access."
            raise StoreError(what, where=self.url, fix=fix)

    def matching(self, pattern: str) -> list[Object]:
        """Return the files that match a glob, the oldest first."""
        return select(self, pattern)

    def list(self, prefix: str = "") -> Iterator[Object]:
        """Yield the files below the folder `prefix`."""
        self.ensure()
        top = self._path(prefix) if prefix else self.root
        for folder, _, names in os.walk(top, onerror=self._refuse):
            for name in names:
                if not name.startswith(_TEMPORARY):
                    yield from self._found(Path(folder, name))

    def head(self, key: str) -> Object:
        """Return the present version of the file `key`."""
        found = next(self._found(self._path(key)), None)
        if found is None:
            raise gone(key, self.url)
        return found

    def download(self, item: Object, path: Path) -> None:
        """Copy the file, refusing it if it is or gets changed."""
        with self._opened(item.key) as source:
            self._unchanged(source, item)
            try:
                with path.open("wb") as target:
                    shutil.copyfileobj(source, target, CHUNK_BYTES)
                self._unchanged(source, item)
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def put(self, key: str, content: Path | bytes) -> None:
        """Write under a temporary name, then rename; a new version has a new time of change."""
        with content.open("rb") if isinstance(content, Path) else BytesIO(content) as source:
            self._replace(self._path(key), source)

    def _path(self, key: str) -> Path:
        return self.root.joinpath(*checked_key(key).split("/"))

    def _opened(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise gone(key, self.url) from error

    def _replace(self, target: Path, source: BinaryIO) -> None:
        temporary = target.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(temporary, source)
            _stamp(temporary, target)
            temporary.replace(target)
        except OSError as error:
            what = f"{target} cannot be written: {error.strerror}."
            raise StoreError(what, where=self.url) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _found(self, path: Path) -> Iterator[Object]:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return
        if S_ISREG(status.st_mode):
            yield _object(path.relative_to(self.root).as_posix(), status)

    def _refuse(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            what = f"{error.filename} cannot be listed: {error.strerror}."
            raise StoreError(what, where=self.url) from error

    def _unchanged(self, source: BinaryIO, item: Object) -> None:
        if _object(item.key, os.fstat(source.fileno())).etag != item.etag:
            raise changed(item.key, self.url)


def _object(key: str, stat: os.stat_result) -> Object:
    # The inode is left out: on network mounts it may differ after each mount.
    etag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
    return Object(key, etag, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _write(path: Path, source: BinaryIO) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(source, file, CHUNK_BYTES)


def _stamp(temporary: Path, target: Path) -> None:
    # The file system's own clock ticks every few milliseconds: two writes could look like one.
    now = time.time_ns()
    if target.exists():
        now = max(now, target.stat().st_mtime_ns + 1)
    os.utime(temporary, ns=(now, now))
