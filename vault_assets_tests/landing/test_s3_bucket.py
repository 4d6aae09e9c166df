import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from vault_assets.errors import ObjectMissingError, StoreError
from vault_assets.landing.store import Store, open_store
from vault_assets.settings import Settings
from vault_assets_tests.servers import s3_server

CONTENT = bytes(range(256)) * 40_000


def scripted(httpserver: HTTPServer, handler: Callable[[Request], Response]) -> Store:
    """Return a store whose server answers as `handler` says."""
    httpserver.expect_request("/landing").respond_with_handler(handler)
    for key in ("a.csv", "folder", "folder/a.csv"):
        httpserver.expect_request(f"/landing/{key}").respond_with_handler(handler)
    return open_store(
        Settings.model_construct(
            landing="s3://landing",
            s3_endpoint=httpserver.url_for("").rstrip("/"),
            s3_key_id="key",
            s3_secret=SecretStr("secret"),
        )
    )


def listing(*objects: tuple[str, int]) -> Response:
    rows = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        f'<ETag>"e"</ETag><Size>{size}</Size></Contents>'
        for key, size in objects
    )
    return Response(f"<ListBucketResult><Name>b</Name>{rows}</ListBucketResult>")


def content(etag: str = '"e"', start: int = 0) -> Response:
    headers = {"ETag": etag, "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    if start:
        headers["Content-Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return Response(CONTENT[start:], 206 if start else 200, headers)


def broken_off(after: int) -> Response:
    answer = content()
    answer.response = itertools.chain([CONTENT[:after]], _lost_connection())
    return answer


def _lost_connection():
    raise ConnectionResetError
    yield b""


@pytest.mark.slow
def test_ten_thousand_objects_are_listed(tmp_path: Path) -> None:
    for day in range(100):
        folder = tmp_path / f"services/s3/landing/users/load_date={day:03}"
        folder.mkdir(parents=True)
        for part in range(100):
            (folder / f"{part}.csv").write_text("x")
    with s3_server(tmp_path) as settings:
        store = open_store(settings)
        assert len({item.key for item in store.list("users")}) == 10_000
        assert len(store.matching("users/load_date=*/7.csv")) == 100


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"s3_endpoint": "http://127.0.0.1:1"}, "cannot be reached.*VAULT_ASSETS_S3_ENDPOINT"),
        ({"s3_secret": SecretStr("wrong")}, "refuses the credentials.*VAULT_ASSETS_S3_SECRET"),
        ({"s3_key_id": "wrong"}, "refuses the credentials.*VAULT_ASSETS_S3_KEY_ID"),
        ({"landing": "s3://nobody"}, "s3://nobody: this bucket does not exist"),
    ],
)
def test_each_mistake_in_the_settings_has_its_message(
    s3: Settings, change: dict[str, object], message: str
) -> None:
    store = open_store(s3.model_copy(update=change))
    with pytest.raises(StoreError, match=message) as caught:
        store.ensure()
    assert not isinstance(caught.value, ObjectMissingError)
    assert s3.s3_secret.get_secret_value() not in str(caught.value)


@pytest.mark.slow
def test_a_missing_bucket_is_no_missing_object(s3: Settings) -> None:
    store = open_store(s3.model_copy(update={"landing": "s3://nobody"}))
    with pytest.raises(StoreError, match="this bucket does not exist"):
        store.put("a.csv", b"x")


def test_folder_markers_are_no_objects(httpserver: HTTPServer) -> None:
    def server(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(status=404)
        return listing(("folder/", 0), ("folder/a.csv", 3))

    store = scripted(httpserver, server)
    assert [item.key for item in store.matching("**")] == ["folder/a.csv"]


def test_a_key_that_no_client_can_read_is_named(httpserver: HTTPServer) -> None:
    store = scripted(httpserver, lambda _: listing(("a//b.csv", 3)))
    with pytest.raises(StoreError, match=r"a//b\.csv.*Rename or delete it"):
        list(store.list())


def test_an_unavailable_server_is_asked_again(httpserver: HTTPServer) -> None:
    answers = iter([Response(status=503), Response(status=500), listing(("a.csv", 1))])
    store = scripted(httpserver, lambda _: next(answers))
    assert [item.key for item in store.list()] == ["a.csv"]


def test_if_match_is_sent_and_its_refusal_understood(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    asked: list[str | None] = []

    def server(request: Request) -> Response:
        if request.method == "HEAD":
            return content()
        asked.append(request.headers.get("If-Match"))
        return Response(status=412)

    store = scripted(httpserver, server)
    with pytest.raises(ObjectMissingError, match="has changed"):
        store.download(store.head("a.csv"), tmp_path / "copy")
    assert asked == ['"e"']


def test_a_download_that_breaks_off_goes_on_where_it_stopped(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    starts: list[int] = []

    def server(request: Request) -> Response:
        if request.method == "HEAD":
            return content()
        start = request.range.ranges[0][0] if request.range else 0
        starts.append(start)
        return content(start=start) if start else broken_off(after=1_000_000)

    store = scripted(httpserver, server)
    store.download(store.head("a.csv"), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert starts == [0, 1_000_000]


def test_a_download_never_mixes_two_versions(httpserver: HTTPServer, tmp_path: Path) -> None:
    def server(request: Request) -> Response:
        if request.method == "HEAD":
            return content()
        start = request.range.ranges[0][0] if request.range else 0
        return content('"other"', start) if start else broken_off(after=1_000_000)

    store = scripted(httpserver, server)
    with pytest.raises(StoreError):
        store.download(store.head("a.csv"), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_credentials_of_the_environment_are_not_mixed_in(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another account")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return listing()

    scripted(httpserver, server).ensure()
    (request,) = asked
    assert "X-Amz-Security-Token" not in request.headers
    assert "Credential=key/" in request.headers["Authorization"]
