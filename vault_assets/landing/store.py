"""The object store that the settings name: a bucket on S3, or a local folder."""

from pathlib import Path

from vault_assets.errors import SettingsError
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.landing.objects import Object, Store
from vault_assets.landing.s3_bucket import S3Bucket
from vault_assets.settings import Settings

__all__ = ["Object", "Store", "open_store"]


def open_store(settings: Settings) -> Store:
    """Return the store of `settings.landing`; nothing is contacted yet (see `Store.ensure`).

    Args:
        settings: `landing` as `s3://bucket[/prefix]` or the path of a folder, and for S3
            `s3_endpoint`, `s3_region`, `s3_key_id` and `s3_secret`. Keys are relative to it.

    Raises:
        SettingsError: `landing` is empty or of another kind.
    """
    landing = settings.landing
    if not landing:
        what = "VAULT_ASSETS_LANDING is empty."
        raise SettingsError(what, fix="Set it, or start local services with `vault-assets up`.")
    if landing.startswith("s3://"):
        return S3Bucket.of(settings)
    if "://" in landing:
        what = f"VAULT_ASSETS_LANDING cannot be {landing!r}."
        raise SettingsError(what, fix="Use s3://bucket[/prefix] or the path of a folder.")
    return LocalFolder(Path(landing).absolute())
