"""What a page shows instead of charts: nothing loaded, nothing found, in use, not reachable."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import duckdb
import streamlit as st

from vault_assets.errors import (
    LockedCatalogError,
    MissingLakeError,
    SettingsError,
    VaultAssetsError,
)
from vault_assets.local.resolve import resolved
from vault_assets.targets.engine import without_secrets

log = logging.getLogger(__name__)


def nothing_found() -> None:
    """Say that no rows match."""
    with st.container(horizontal_alignment="center", key=None):
        st.caption(":material/filter_alt_off: No rows for these filters. Widen or clear them.")


def explaining(warehouse: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Return a decorator of pages: what goes wrong becomes a page that explains itself."""

    def decorated(page: Callable[[], None]) -> Callable[[], None]:
        @wraps(page)
        def explained() -> None:
            with explained_errors(warehouse):
                page()

        return explained

    return decorated


@contextmanager
def explained_errors(warehouse: str) -> Iterator[None]:
    """Show an error of the block as an explanation."""
    try:
        yield
    except LockedCatalogError as error:
        _in_use(error)
    except SettingsError as error:
        _told("link_off", "No lake is set up here yet", error.what, error.fix)
    except (VaultAssetsError, duckdb.Error) as error:
        _unreadable(warehouse, error)


def is_missing(error: Exception) -> bool:
    """Return whether an error says that a lake or a mart is not there yet."""
    return isinstance(error, MissingLakeError | duckdb.CatalogException)


def _unreadable(warehouse: str, error: VaultAssetsError | duckdb.Error) -> None:
    if is_missing(error):
        log.info("%s: %s", warehouse, error)
        not_loaded(warehouse)
    elif isinstance(error, VaultAssetsError):
        _told("cloud_off", "The lake cannot be reached", error.what, error.fix)
    else:
        log.warning("%s: %s", warehouse, error)
        fix = "Try again; `vault-assets doctor` says which part does not answer."
        _told("cloud_off", "The lake does not answer", _safe(error), fix)


def not_loaded(warehouse: str) -> None:
    """Say that the marts of this page are not built, and which commands build them."""
    with _card("inbox", f"{warehouse.capitalize()} is not loaded yet"):
        st.markdown("Its marts appear here as soon as they are built. With sample files:")
        commands = f"vault-assets land {warehouse}\nvault-assets run {warehouse}"
        st.code(commands, language="bash")
        _again()


def _in_use(error: LockedCatalogError) -> None:
    with _card("hourglass_top", "A load is using this lake"):
        st.markdown(
            "Its catalog is one file, which one process at a time can open. "
            "This page works again when the load has ended."
        )
        st.caption("Postgres as catalog admits loads and readers at once: `vault-assets up`.")
        _again()
    log.info("%s", error)


def _told(icon: str, title: str, what: str, fix: str) -> None:
    with _card(icon, title):
        st.text(what)
        if fix:
            st.markdown(f"**What helps:** {fix}")
        _again()


@contextmanager
def _card(icon: str, title: str) -> Iterator[None]:
    _, middle, _ = st.columns([1, 3, 1])
    with middle, st.container(border=True):
        st.markdown(f"### :material/{icon}: {title}")
        yield


def _again() -> None:
    st.button("Try again", icon=":material/refresh:", type="primary", key="try_again")


def _safe(error: duckdb.Error) -> str:
    return without_secrets(str(error), resolved()).splitlines()[0]
