"""Settings with their gaps filled from the local services."""

from typing import Any

from vault_assets.errors import SettingsError
from vault_assets.local.state import Services, State, running, services_of
from vault_assets.settings import Settings

_NEEDED = {"ducklake": ("landing", "data", "catalog"), "vertica": ("landing",)}


def resolved(settings: Settings | None = None) -> Settings:
    """Return settings in which landing, and of DuckLake data and catalog, are known.

    What is empty is taken from the services that `vault-assets up` started. Their S3 server is
    used only if nothing else about S3 is set: settings of two servers are never mixed.

    Args:
        settings: What the user set; read from the environment and `.env` by default.

    Raises:
        SettingsError: Something is empty, and no local service gives it.
    """
    settings = settings or Settings()
    needed = _NEEDED[settings.target]
    if all(getattr(settings, name) for name in needed):
        return settings
    services = running(settings.home) or services_of(State())
    found = {**_s3(settings, services), **_catalog(settings, services)}
    missing = [name for name in needed if not (getattr(settings, name) or found.get(name))]
    if missing:
        raise _incomplete(settings, missing)
    return settings.model_copy(update=found)


def _s3(settings: Settings, services: Services) -> dict[str, Any]:
    if not services.s3_endpoint or _has_own_s3(settings):
        return {}
    return {
        "landing": settings.landing or services.landing,
        "data": settings.data or services.data,
        "s3_endpoint": services.s3_endpoint,
        "s3_key_id": services.s3_key_id,
        "s3_secret": services.s3_secret,
    }


def _catalog(settings: Settings, services: Services) -> dict[str, Any]:
    if settings.catalog or not services.catalog_url:
        return {}
    return {"catalog": services.catalog_url, "catalog_password": services.catalog_password}


def _has_own_s3(settings: Settings) -> bool:
    places = (settings.landing, settings.data)
    return bool(
        settings.s3_endpoint
        or settings.s3_key_id
        or any(place.startswith("s3://") for place in places)
    )


def _incomplete(settings: Settings, missing: list[str]) -> SettingsError:
    names = " and ".join(f"VAULT_ASSETS_{name.upper()}" for name in missing)
    if _has_own_s3(settings) and missing != ["catalog"]:
        what = f"{names} must be set beside S3 settings of your own."
        return SettingsError(what, fix="Set all of them, or none to use the local services.")
    if missing == list(_NEEDED[settings.target]):
        return SettingsError(
            "no local services run, and the settings name no others",
            fix=f"Start them with `vault-assets up`, or set {names}.",
        )
    what = f"{names} must be set."
    return SettingsError(what, fix="Or start local services with `vault-assets up`.")
