"""What the S3 client's errors mean to the person who has to act on them."""

import re

from vault_assets.errors import StoreError

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_METADATA_SERVICE = "169.254.169.254"  # where AWS machines ask for credentials
_REFUSED = {"401", "403"}


def explained(error: Exception, url: str) -> StoreError:
    """Return the StoreError for an error of the client.

    Args:
        error: What obstore raised; only its text tells the causes apart.
        url: The landing URL.
    """
    text = str(error).partition("\n\nDebug source")[0]
    status, code = _first(_STATUS, text), _first(_CODE, text)
    if _METADATA_SERVICE in text:
        what = "no credentials were found for S3."
        fix = "Set VAULT_ASSETS_S3_KEY_ID and VAULT_ASSETS_S3_SECRET."
    elif status in _REFUSED:
        what = f"the S3 server refuses the credentials ({code or status})."
        fix = "Check VAULT_ASSETS_S3_KEY_ID, VAULT_ASSETS_S3_SECRET and the policy of the bucket."
    elif code == "NoSuchBucket":
        what, fix = "this bucket does not exist.", "Create it, or correct the bucket in the URL."
    elif "invalid path" in text:
        what = f"an object has a key that cannot be used: {text.partition(': ')[2]}."
        fix = "Rename or delete it: keys have no empty, '.' or '..' segments."
    elif "error sending request" in text:
        what = "the S3 server cannot be reached."
        fix = "Check VAULT_ASSETS_S3_ENDPOINT; local services start with `vault-assets up`."
    else:
        what, fix = f"the S3 server failed: {' '.join(text.split())}", ""
    return StoreError(what, where=url, fix=fix)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
