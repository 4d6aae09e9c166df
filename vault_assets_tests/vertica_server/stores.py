"""Objects on S3, as the configuration parameters of the session and the database give access."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from vault_assets_tests.vertica_server.faults import Fault, syntax
from vault_assets_tests.vertica_server.lexing import Token, by_comma

if TYPE_CHECKING:  # it exists in the stubs of obstore only
    from obstore.store import S3Config

_SESSION = {"AWSAUTH", "AWSENDPOINT", "AWSREGION"}
_DATABASE = {*_SESSION, "AWSENABLEHTTPS"}
RECURSION = "WITHCLAUSERECURSIONLIMIT"


def session_parameters(tokens: Sequence[Token]) -> dict[str, str]:
    """Return what an ALTER SESSION SET says about S3 and recursion; the others do not matter.

    Raises:
        Fault: 42601, or 55000 for a parameter that only the database has.
    """
    words = [token.upper for token in tokens[:4]]
    if words[2:3] != ["SET"]:
        return {}
    found = {}
    for part in by_comma(tokens[4 if words[3:] == ["PARAMETER"] else 3 :]):
        name, equals, *value = part
        if equals.text != "=" or len(value) != 1:
            raise syntax(f'at or near "{equals.text}"')
        if name.upper in _DATABASE - _SESSION:
            raise Fault("55000", f"Parameter {name.text} cannot be set at session level")
        if name.upper in {*_SESSION, RECURSION}:
            found[name.upper] = value[0].value
    return found


def objects(url: str, parameters: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the objects that a URL matches.

    Raises:
        Fault: 58030, there are none, or the store refuses.
    """
    bucket, _, pattern = url.removeprefix("s3://").partition("/")
    folder = pattern.partition("*")[0].rpartition("/")[0]
    try:
        store = _store(bucket, {name.upper(): value for name, value in parameters.items()})
        pages = obstore.list(store, folder or None)
        keys = sorted(m["path"] for page in pages for m in page if fnmatchcase(m["path"], pattern))
        if not keys:
            raise Fault("58030", f"No files match when expanding glob: [{url}]")
        for key in keys:
            yield key, bytes(obstore.get(store, key).bytes())
    except (BaseError, FileNotFoundError, PermissionError) as error:
        reason = "Access Denied" if "403" in str(error) else "the store does not answer"
        raise Fault("58030", f"Failed to glob [{url}] because of error: {reason}") from None


def _store(bucket: str, parameters: Mapping[str, str]) -> S3Store:
    key, _, secret = parameters.get("AWSAUTH", "").partition(":")
    if not key:
        raise PermissionError("403")
    https = parameters.get("AWSENABLEHTTPS", "1") == "1"
    endpoint = f"{'https' if https else 'http'}://{parameters.get('AWSENDPOINT', '')}"
    config: S3Config = {
        "access_key_id": key,
        "secret_access_key": secret,
        "region": parameters.get("AWSREGION", "us-east-1"),
        "virtual_hosted_style_request": False,
        "endpoint": endpoint,
        "aws_endpoint_url_s3": endpoint,
    }
    return S3Store(
        bucket,
        config=config,
        client_options={"allow_http": not https},
        retry_config={"max_retries": 1},
    )
