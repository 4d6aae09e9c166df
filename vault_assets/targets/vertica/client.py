"""The client `vertica-python`, which is an extra: loaded at first use, its errors sorted."""

from functools import lru_cache
from types import ModuleType
from typing import Any

from vault_assets.errors import SettingsError
from vault_assets.settings import Settings

_SECOND_CHANCE = (
    "LockFailure",
    "InsufficientResources",
    "ConnectionFailure",
    "LostConnectivityFailure",
    "ConnectionError",
)
_NEVER = ("KerberosError", "SSLNotSupported")
_REFUSED_AT_LOGIN = ("28000", "invalid username or password", "authentication")


@lru_cache(maxsize=1)
def client() -> ModuleType:
    """Return the client's module.

    Raises:
        SettingsError: It is not installed.
    """
    try:
        import vertica_python  # noqa: PLC0415  an extra
    except ImportError as error:
        raise SettingsError(
            "the target vertica needs the client of Vertica",
            fix="pip install 'vault-assets[vertica]'",
        ) from error
    return vertica_python


def connection_options(settings: Settings, label: str) -> dict[str, Any]:
    """Return the options of a connection.

    Raises:
        SettingsError: Host or database is missing.
    """
    missing = [n for n in ("vertica_host", "vertica_database") if not getattr(settings, n)]
    if missing:
        names = " and ".join(f"VAULT_ASSETS_{name.upper()}" for name in missing)
        raise SettingsError(f"{names} must be set for the target vertica.")
    options: dict[str, Any] = {
        "host": settings.vertica_host,
        "port": settings.vertica_port,
        "user": settings.vertica_user,
        "password": settings.vertica_password.get_secret_value(),
        "database": settings.vertica_database,
        "tlsmode": settings.vertica_tlsmode,
        "connection_timeout": settings.vertica_connection_timeout,
        "session_label": label,
        "autocommit": False,
        "request_complex_types": False,
    }
    if settings.vertica_ca_file:
        options["tls_cafile"] = settings.vertica_ca_file
    if settings.vertica_backup_nodes:
        options["backup_server_node"] = [
            _node(text, settings.vertica_port) for text in settings.vertica_backup_nodes.split()
        ]
    return options


def _node(text: str, port: int) -> tuple[str, int]:
    host, _, own = text.rpartition(":")
    return (host, int(own)) if host else (text, port)


def is_clients(error: BaseException) -> bool:
    """Whether an error is one of the client; a `Wire` makes those of the network such."""
    return isinstance(error, client().errors.Error)


def may_go_away(error: BaseException) -> bool:
    """Whether a new connection and the same statements again may succeed.

    By class, never by the base classes of the DB-API: all errors of a query have the same.
    """
    errors = client().errors
    if isinstance(error, tuple(getattr(errors, name) for name in _NEVER)):
        return False
    if isinstance(error, errors.ConnectionError):
        text = str(error).lower()
        return not any(mark in text for mark in _REFUSED_AT_LOGIN)
    return isinstance(error, tuple(getattr(errors, name) for name in _SECOND_CHANCE))


def told(error: BaseException) -> str:
    """Return what the server said, without the statement, which holds values of the data."""
    response = getattr(error, "error_response", None)
    text = response.error_message() if response is not None else str(error)
    return " ".join(text.split()) or type(error).__name__
