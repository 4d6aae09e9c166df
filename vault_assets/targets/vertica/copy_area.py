"""The area of copies: objects on S3 that the client writes and the server's nodes read.

A load puts its rows below a folder named by the first of its locks, which nobody else holds. So
whatever is there when a load begins was left by one that was killed, and can go.
"""

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vault_assets.errors import SettingsError, StoreError
from vault_assets.landing.s3_bucket import S3Bucket
from vault_assets.model.names import literal
from vault_assets.settings import Settings
from vault_assets.targets.vertica.client import client, may_go_away, told
from vault_assets.targets.vertica.locks import lock_table
from vault_assets.targets.vertica.wire import Wire

if TYPE_CHECKING:  # it exists in the stubs of obstore only
    from obstore import WritableFile

log = logging.getLogger(__name__)

DEFAULT = "_vertica"
"""Folder of the landing, if no area is named."""


class CopyArea:
    """Where rows wait for the server.

    Args:
        settings: The area, or the landing.
        warehouse: Name of the warehouse, whose folder it is.

    Raises:
        SettingsError: There is no object store.
    """

    def __init__(self, settings: Settings, warehouse: str) -> None:
        landing = settings.landing.rstrip("/")
        url = settings.vertica_copy_area.rstrip("/") or f"{landing}/{DEFAULT}"
        if not url.startswith("s3://"):
            raise SettingsError(
                "VAULT_ASSETS_VERTICA_COPY=server needs an object store that the server can read.",
                fix="Set VAULT_ASSETS_VERTICA_COPY_AREA to s3://bucket/prefix, or let the client "
                "copy.",
            )
        self.url = url
        self._warehouse = warehouse
        self._bucket = S3Bucket.of(settings.model_copy(update={"landing": url}))
        self._folder = ""

    @property
    def is_open(self) -> bool:
        """Whether a load has begun that holds a lock."""
        return bool(self._folder)

    def begin(self, locks: Sequence[str]) -> None:
        """Begin a load that holds these locks; what earlier ones have left is deleted.

        Raises:
            StoreError: The store does not answer, or refuses.
        """
        folders = [f"{self._warehouse}/{lock_table(name)}" for name in sorted(set(locks))]
        for folder in folders:
            self._clear(folder)
        self._folder = folders[0] if folders else ""

    def end(self) -> None:
        """End the load."""
        self._folder = ""

    @contextmanager
    def place(self) -> Iterator[str]:
        """Give a new folder; the objects in it are deleted in the end."""
        folder = f"{self._folder}/{secrets.token_hex(8)}"
        try:
            yield folder
        finally:
            try:
                self._clear(folder)
            except StoreError as error:
                log.warning("objects of %s are left to the next load: %s", folder, error)

    def _clear(self, folder: str) -> None:
        self._bucket.delete([item.key for item in self._bucket.list(folder)])

    @contextmanager
    def writing(self, key: str) -> "Iterator[WritableFile]":
        """Give a new object to write to."""
        with self._bucket.writing(key) as file:
            yield file


def tell_access(wire: Wire, settings: Settings) -> None:
    """Tell a session how to read the area, if the database does not know.

    The statement holds the secret, so an error of it goes on without the statement.

    Raises:
        SettingsError: There is no key.
        vertica_python.errors.Error: The server is gone.
    """
    if settings.vertica_copy_access != "session":
        return
    secret = settings.s3_secret.get_secret_value()
    if not (settings.s3_key_id and secret):
        raise SettingsError(
            "VAULT_ASSETS_VERTICA_COPY_ACCESS=session needs a key.",
            fix="Set VAULT_ASSETS_S3_KEY_ID and VAULT_ASSETS_S3_SECRET.",
        )
    parameters = {"AWSAuth": f"{settings.s3_key_id}:{secret}", "AWSRegion": settings.s3_region}
    if settings.s3_endpoint:
        parameters["AWSEndpoint"] = settings.s3_endpoint.partition("://")[2].rstrip("/")
    for name, value in parameters.items():
        try:
            wire.run(f"alter session set {name} = {literal(value)}")
        except client().errors.Error as error:
            wire.close()
            text = told(error).replace(secret, "***")
            if may_go_away(error):
                raise client().errors.ConnectionError(text) from None
            raise SettingsError(f"the server refuses {name} for the session: {text}") from None
