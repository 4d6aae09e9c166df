"""The user that Postgres runs as: it refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from vault_assets.errors import ServiceError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine: name and numbers of user and group."""

    name: str
    uid: int
    gid: int


class RunAs(TypedDict):
    """The arguments with which `subprocess` changes the user; all None leaves it as it is."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def unprivileged() -> Account | None:
    """Return None for an ordinary user; for root, the account that Postgres runs as.

    No user is created: it is `postgres` where that exists, else `nobody`.

    Raises:
        ServiceError: This is root, and neither exists.
    """
    if os.geteuid() != 0:
        return None
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _CANDIDATES:
        if name in entries:
            return Account(name, entries[name].pw_uid, entries[name].pw_gid)
    what = "Postgres does not run as root, and this machine has neither 'postgres' nor 'nobody'."
    raise ServiceError(what, fix="Run `vault-assets up` as an ordinary user, or add one of these.")


def run_as(account: Account | None) -> RunAs:
    """Return the arguments with which `subprocess` runs a program as `account`."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of a file or folder."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def reachable(path: Path, account: Account | None) -> bool:
    """Return whether `account` may execute a program or enter a folder.

    Asked of the system, as that account: every folder above counts, and access lists do too.
    """
    argv = ("/bin/sh", "-c", '[ -x "$1" ]', "sh", str(path))
    return subprocess.run(argv, cwd="/", check=False, **run_as(account)).returncode == 0  # noqa: S603 - fixed
