"""The S3 client: address, credentials, time-outs and repetition, from the settings."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.store import S3Store

from vault_assets.settings import Settings

if TYPE_CHECKING:  # these exist in the stubs of obstore only
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential

# A whole transfer may take long; what must not happen is that nothing arrives.
_CLIENT: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(days=1),
}


def client(settings: Settings, *, retries: int) -> S3Store:
    """Return a client of the bucket and prefix in `settings.landing`.

    Args:
        settings: With an `s3_endpoint` the bucket is addressed in the path, which every server
            understands, and `http://` is allowed; without one it is AWS.
        retries: How often a request is repeated after 5xx, a lost connection or a time-out, with
            growing waits and for two minutes at most.
    """
    bucket, _, prefix = settings.landing.removeprefix("s3://").partition("/")
    retry: RetryConfig = {"max_retries": retries, "retry_timeout": timedelta(minutes=2)}
    return S3Store(
        bucket,
        prefix=prefix.strip("/") or None,
        config=_config(settings, bucket),
        client_options={**_CLIENT, "allow_http": settings.s3_endpoint.startswith("http://")},
        retry_config=retry,
        credential_provider=_given(settings) if settings.s3_key_id else None,
    )


def _config(settings: Settings, bucket: str) -> "S3Config":
    # A name with a dot is not covered by the certificate of AWS's bucket hosts.
    config: S3Config = {
        "region": settings.s3_region,
        "virtual_hosted_style_request": not settings.s3_endpoint and "." not in bucket,
    }
    if settings.s3_endpoint:
        # Both, because the second wins and may be set in the environment for other programs.
        config["endpoint"] = config["aws_endpoint_url_s3"] = settings.s3_endpoint
    return config


def _given(settings: Settings) -> Callable[[], "S3Credential"]:
    # Handed over as a function, else a session token from the environment would be added to it.
    credential: S3Credential = {
        "access_key_id": settings.s3_key_id,
        "secret_access_key": settings.s3_secret.get_secret_value(),
        "token": None,
        "expires_at": None,
    }
    return lambda: credential
