"""The data folder of the local Postgres: where it is, and how it is made."""

import logging
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from vault_assets.errors import ServiceError
from vault_assets.local.accounts import Account, give, reachable, run_as, unprivileged
from vault_assets.local.postgres_programs import SHARED, programs
from vault_assets.local.processes import minimal_environment
from vault_assets.local.state import USER, PostgresState

_LOG = logging.getLogger(__name__)
_FLAGS = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C")


def create(place: Path, *, system: bool) -> PostgresState:
    """Make the data of a new server with a fresh password; `version_of` moves them into place.

    Save the state in between: then no data can exist whose password is lost.

    Args:
        place: The folder that should hold them. If root starts the services in a folder that
            Postgres's account cannot enter, a new folder below /var/lib/vault-assets does.
        system: Whether the system's installation of Postgres may be used.

    Raises:
        ServiceError: There are data already, or Postgres is missing or fails.
    """
    account = unprivileged()
    folder = _folder(place, account)
    if folder.exists():
        what = "a catalog is here, but its password (services.json) is missing."
        raise ServiceError(what, where=str(folder), fix="Restore that file, or move this folder.")
    password = secrets.token_hex(20)
    _initialise(programs("", account, system=system), _unfinished(folder), password, account)
    return PostgresState(0, str(folder), password)


def version_of(folder: Path) -> str:
    """Return the major version of Postgres that the data are of.

    Raises:
        ServiceError: There are no data.
    """
    if _unfinished(folder).exists() and not folder.exists():
        _unfinished(folder).rename(folder)
    try:
        return (folder / "PG_VERSION").read_text().strip()
    except FileNotFoundError as error:
        what = "the data of the catalog have gone."
        fix = "Restore them; or delete the folder of VAULT_ASSETS_HOME to begin anew."
        raise ServiceError(what, where=str(folder), fix=fix) from error


def _unfinished(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.new")


def _folder(place: Path, account: Account | None) -> Path:
    if account is None or reachable(place, account):
        return place / "postgres"
    SHARED.mkdir(parents=True, exist_ok=True)
    substitute = Path(tempfile.mkdtemp(prefix="catalog-", dir=SHARED))
    for folder in (SHARED, substitute):
        folder.chmod(0o755)
    _LOG.warning("%s cannot enter %s: the catalog is in %s", account.name, place, substitute)
    return substitute / "postgres"


def _initialise(folder: Path, data: Path, password: str, account: Account | None) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    give(data, account)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as file:
        file.write(password + "\n")
        file.flush()
        give(Path(file.name), account)
        argv = (str(folder / "initdb"), f"-D{data}", f"-U{USER}", f"--pwfile={file.name}", *_FLAGS)
        _run(argv, data, account)


def _run(argv: tuple[str, ...], folder: Path, account: Account | None) -> None:
    environment = minimal_environment()
    answer = subprocess.run(  # noqa: S603 - programs and arguments are ours
        argv,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **run_as(account),
    )
    if answer.returncode:
        what = f"{argv[0]} failed: {' '.join(answer.stderr.split())}"
        raise ServiceError(what, where=str(folder))
