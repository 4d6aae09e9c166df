"""A bucket on S3, or on any server that speaks its protocol, as an object store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import S3Store

from vault_assets.landing.objects import (
    CHUNK_BYTES,
    Object,
    changed,
    checked_key,
    gone,
    select,
)
from vault_assets.landing.s3_client import client
from vault_assets.landing.s3_errors import explained
from vault_assets.settings import Settings

if TYPE_CHECKING:  # these exist in the stubs of obstore only
    from obstore import GetOptions, GetResult, ObjectMeta, WritableFile

_PAGE = 1000  # the most that one S3 list request returns
_RETRIES = 8
_RETRIES_OF_ENSURE = 1


@dataclass(frozen=True)
class S3Bucket:
    """The objects below `s3://bucket[/prefix]`; see `Store` for what each method promises.

    Requests that fail with 5xx, a reset or a stalled read are repeated with growing waits, and a
    download that breaks off goes on where it stopped if the server answers ranges with 206.

    Args:
        settings: As in `open_store`. Without `s3_key_id` the usual AWS sources of credentials hold.
        objects: The client.
    """

    settings: Settings
    objects: S3Store

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the bucket that `settings.landing` names."""
        return cls(settings, client(settings, retries=_RETRIES))

    @property
    def url(self) -> str:
        """The URL of the landing."""
        return self.settings.landing

    def ensure(self) -> None:
        """Raise StoreError: no such server, credentials refused, or no such bucket."""
        quick = client(self.settings, retries=_RETRIES_OF_ENSURE)
        with self._explained():
            next(iter(obstore.list(quick, chunk_size=1)), None)

    def matching(self, pattern: str) -> list[Object]:
        """Return the objects that match a glob, the oldest first."""
        return select(self, pattern)

    def list(self, prefix: str = "") -> Iterator[Object]:
        """Yield the objects below the folder `prefix`, a thousand per request."""
        below = checked_key(prefix) if prefix else None
        with self._explained():
            for page in obstore.list(self.objects, below, chunk_size=_PAGE):
                yield from map(_object, page)

    def head(self, key: str) -> Object:
        """Return the present version of `key`."""
        with self._explained(key):
            return _object(obstore.head(self.objects, checked_key(key)))

    def download(self, item: Object, path: Path) -> None:
        """Stream the object to a file."""
        with self._explained(item.key):
            options: GetOptions = {"if_match": f'"{item.etag}"'}
            result = obstore.get(self.objects, checked_key(item.key), options=options)
        # Not every server honours If-Match: `rclone serve s3` does not.
        if _object(result.meta).etag != item.etag:
            raise changed(item.key, self.url)
        try:
            self._streamed(result, item.key, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def put(self, key: str, content: Path | bytes) -> None:
        """Upload an object, in parts if it is large."""
        with content.open("rb") if isinstance(content, Path) else BytesIO(content) as source:
            self._upload(checked_key(key), source)

    @contextmanager
    def writing(self, key: str) -> "Iterator[WritableFile]":
        """Give a new object to write to: parts are uploaded while others are written."""
        with (
            self._explained(),
            obstore.open_writer(self.objects, checked_key(key), max_concurrency=2) as file,
        ):
            yield file

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are not there are no error."""
        if keys:
            with self._explained():
                obstore.delete(self.objects, list(keys))

    def _upload(self, key: str, source: BinaryIO) -> None:
        with self._explained():
            obstore.put(self.objects, key, source)

    def _streamed(self, result: "GetResult", key: str, path: Path) -> None:
        with path.open("wb") as file, self._explained(key):
            for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                file.write(chunk)

    @contextmanager
    def _explained(self, key: str | None = None) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if key is None or "NoSuchBucket" in str(error):
                raise explained(error, self.url) from error
            raise gone(key, self.url) from error
        except PreconditionError as error:
            raise changed(key or "", self.url) from error
        except BaseError as error:
            raise explained(error, self.url) from error


def _object(meta: "ObjectMeta") -> Object:
    # Some servers quote the ETag in one kind of answer and not in another.
    etag = (meta["e_tag"] or "").strip('"')
    return Object(meta["path"], etag, meta["size"], meta["last_modified"])
