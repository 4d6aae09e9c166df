"""COPY by the server: rows wait on a real S3 server, the stand-in reads them from there."""

import logging
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr

from vault_assets.errors import SettingsError, StoreError, TargetError
from vault_assets.landing.s3_bucket import S3Bucket
from vault_assets.settings import Settings
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica, server_copies
from vault_assets.targets.vertica.twin import Column
from vault_assets.targets.vertica.wire import Answer, Wire
from vault_assets_tests.servers import s3_server
from vault_assets_tests.vertica.houses import create_people, people, settings_of
from vault_assets_tests.vertica.parity import Load, contents, declared, fix_clock, land, tables
from vault_assets_tests.vertica_server import stores
from vault_assets_tests.vertica_server.server import Server
from vault_assets_tests.vertica_server.startup import Options

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LOCK = ["vault.people"]
MANY = 3_000
INSERT = (
    'insert into "vault"."people" by name '
    "select range as id, repeat('x', 1000) as name from range(3000)"
)
Insert = Callable[[Session], int]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture(scope="module")
def server(s3: Settings) -> Iterator[Server]:
    """A server whose administrator has given it access to the bucket."""
    store = {
        "AWSAuth": f"{s3.s3_key_id}:{s3.s3_secret.get_secret_value()}",
        "AWSEndpoint": s3.s3_endpoint.partition("://")[2],
        "AWSEnableHttps": "0",
    }
    with Server(Options(password=secrets.token_hex(8), store=store)) as running:
        yield running


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let also few rows take the way of many, in objects of a piece each."""
    monkeypatch.setattr(server_copies, "FEW", 1 << 20)
    monkeypatch.setattr(server_copies, "PART", 1_000)
    monkeypatch.setattr(server_copies, "_BATCH", 500)


def settings(server: Server, s3: Settings, folder: Path, **more: Any) -> Settings:
    given = {
        "landing": s3.landing,
        "s3_endpoint": s3.s3_endpoint,
        "s3_key_id": s3.s3_key_id,
        "s3_secret": s3.s3_secret,
        "vertica_copy": "server",
    }
    return settings_of(server, folder, **(given | more))


@pytest.fixture
def target(
    server: Server, s3: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Vertica]:
    name = "".join(c for c in request.node.name.lower() if c.isalpha() or c == "_")[:40]
    with Vertica(name, settings(server, s3, tmp_path)) as found:
        found.transaction(LOCK, create_people)
        yield found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are sent."""
    found: list[str] = []
    real = Wire.run

    def run(self: Wire, sql: str, data: Any = None) -> Answer:
        found.append(sql)
        return real(self, sql, data)

    monkeypatch.setattr(Wire, "run", run)
    return found


def waiting(s3: Settings, warehouse: str) -> list[str]:
    """Return the objects of a warehouse that wait in the default area."""
    return [item.key for item in S3Bucket.of(s3).list(f"_vertica/{warehouse}")]


def add_many(session: Session) -> int:
    """Insert people, unless there are some."""
    if session.value('select count(*) from "vault"."people"'):
        return 0
    return session.run(INSERT)


def test_many_rows_are_one_copy_of_several_objects(
    target: Vertica, s3: Settings, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, found = stores.objects, []

    def reading(url: str, parameters: Any) -> Iterator[tuple[str, bytes]]:
        for name, data in read(url, parameters):
            found.append(name)
            yield name, data

    monkeypatch.setattr(stores, "objects", reading)
    assert target.transaction(LOCK, add_many) == MANY
    assert [(len(people(target)), people(target)[-1])] == [(MANY, (MANY - 1, "x" * 1000))]
    (copied,) = [sql for sql in sent if sql.startswith("copy")]
    assert copied.startswith(
        f'copy "{target.warehouse}_vault"."people" ("id", "name") from \'s3://'
    )
    assert copied.endswith("/*.parquet' parquet enforcelength abort on error no commit")
    assert "select get_num_accepted_rows()" in sent
    assert len(found) > 1
    assert waiting(s3, target.warehouse) == []


def test_few_rows_go_through_the_client(target: Vertica, sent: list[str]) -> None:
    def unit(session: Session) -> int:
        return session.run('insert into "vault"."people" by name select 1 as id, null as name')

    assert target.transaction(LOCK, unit) == 1
    assert people(target) == [(1, None)]
    (copied,) = [sql for sql in sent if sql.startswith("copy")]
    assert "local stdin" in copied


def test_every_type_arrives_as_through_the_client(
    target: Vertica, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        "number bigint, amount decimal(12,2), ratio double, flag boolean, day date, "
        "moment timestamp, key uuid, text varchar"
    )
    query = (
        "select range as number, (range / 100)::decimal(12,2) - 1 as amount, "
        "range / 3 as ratio, range % 2 = 0 as flag, date '2024-02-28' + range::int as day, "
        "timestamp '2024-02-28 23:59:59.123456' + to_days(range::int) as moment, "
        "md5(range::varchar)::uuid as key, "
        "[null, '', ' ', 'a\"b', 'Привет', 'a\nb', 'back\\slash'][1 + range % 7] as text "
        "from range(50)"
    )

    def unit(session: Session) -> None:
        session.run('create schema if not exists "vault"')
        for table, least in (("many", 0), ("few", 1 << 30)):
            session.run(f'create table if not exists "vault"."{table}" ({body})')
            monkeypatch.setattr(server_copies, "FEW", least)
            session.run(f'insert into "vault"."{table}" by name {query}')

    monkeypatch.setattr(server_copies, "_BATCH", 20)
    target.transaction(["vault.few", "vault.many"], unit)
    session = target.session()
    many, few = (
        session.rows(f'select * from "vault"."{table}" order by number')
        for table in ("many", "few")
    )
    assert many == few
    assert len(many) == 50


def test_a_control_character_is_refused_as_ever(target: Vertica, s3: Settings) -> None:
    with pytest.raises(TargetError, match="control character"):
        target.transaction(
            LOCK, lambda session: session.run(INSERT.replace("repeat('x', 1000)", "chr(31)"))
        )
    assert people(target) == []
    assert waiting(s3, target.warehouse) == []


@pytest.mark.parametrize("when", ["in the middle", "after"])
def test_a_connection_lost_in_a_copy(
    target: Vertica, server: Server, s3: Settings, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    read, cuts = stores.objects, []

    def cutting(url: str, parameters: Any) -> Iterator[tuple[str, bytes]]:
        for place, item in enumerate(read(url, parameters)):
            if place == 1 and not cuts and when == "in the middle":
                cuts.append(url)
                server.kill(target.connection().wire._connection.backend_pid)
            yield item
        if not cuts:
            cuts.append(url)
            server.kill(target.connection().wire._connection.backend_pid)

    monkeypatch.setattr(stores, "objects", cutting)
    target.transaction(LOCK, add_many)
    assert cuts
    assert len(people(target)) == MANY
    assert waiting(s3, target.warehouse) == []


def test_what_a_killed_load_has_left_goes_with_the_next_one(target: Vertica, s3: Settings) -> None:
    class Killed(BaseException):
        """As if the process had ended: nothing is tidied."""

    area = target._area
    assert area
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(area), "_clear", lambda *_: None)
        patch.setattr(server_copies, "server_copy_statement", _raising(Killed))
        with pytest.raises(Killed):
            target.transaction(LOCK, add_many)
    assert len(waiting(s3, target.warehouse)) > 1
    target.transaction(["vault.others"], lambda _: None)
    assert len(waiting(s3, target.warehouse)) > 1
    target.transaction(LOCK, lambda _: None)
    assert waiting(s3, target.warehouse) == []


def _raising(error: type[BaseException]) -> Callable[..., None]:
    def run(*_: Any) -> None:
        raise error

    return run


def test_another_number_of_rows_fails_the_load(
    target: Vertica, s3: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = stores.objects

    def losing(url: str, parameters: Any) -> Iterator[tuple[str, bytes]]:
        first, *_ = read(url, parameters)
        yield first

    monkeypatch.setattr(stores, "objects", losing)
    with pytest.raises(TargetError, match=f"{MANY} rows were sent, but"):
        target.transaction(LOCK, add_many)
    assert people(target) == []
    assert waiting(s3, target.warehouse) == []


def test_a_text_too_long_for_its_column_fails_the_load(target: Vertica) -> None:
    long = INSERT.replace("'x', 1000", "'ж', 40000")
    with pytest.raises(TargetError, match="too long"):
        target.transaction(LOCK, lambda session: session.run(long))
    assert people(target) == []


@pytest.fixture
def stranger(s3: Settings) -> Iterator[Server]:
    """A server that knows how to reach the store, but has no key."""
    store = {"AWSEndpoint": s3.s3_endpoint.partition("://")[2], "AWSEnableHttps": "0"}
    with Server(Options(password=secrets.token_hex(8), store=store)) as running:
        yield running


def test_a_server_without_access_is_told(stranger: Server, s3: Settings, tmp_path: Path) -> None:
    with Vertica("strangers", settings(stranger, s3, tmp_path)) as target:
        target.transaction(LOCK, create_people)
        with pytest.raises(TargetError, match="Access Denied") as told:
            target.transaction(LOCK, add_many)
        assert people(target) == []
    assert "docs/vertica.md" in str(told.value)
    assert waiting(s3, "strangers") == []


def test_a_session_is_told_the_key_and_nobody_else(
    stranger: Server, s3: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given = settings(stranger, s3, tmp_path, vertica_copy_access="session")
    noted: list[str] = []

    def unit(session: Session) -> int:
        count = add_many(session)
        noted.extend(session.statements)
        return count

    with caplog.at_level(logging.DEBUG), Vertica("told", given) as target:
        target.transaction(LOCK, create_people)
        assert target.transaction(LOCK, unit) == MANY
    assert noted == [INSERT]
    assert s3.s3_secret.get_secret_value() not in caplog.text + "".join(noted)


def test_a_wrong_key_is_told_without_it(
    stranger: Server, s3: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = secrets.token_hex(16)
    given = settings(
        stranger, s3, tmp_path, s3_secret=SecretStr(secret), vertica_copy_access="session"
    )
    with (
        caplog.at_level(logging.DEBUG),
        Vertica("wrong", given) as target,
        pytest.raises(StoreError, match="refuses the credentials") as told,
    ):
        target.transaction(LOCK, create_people)
    assert secret not in caplog.text + str(told.value)


def test_a_refused_parameter_is_told_without_the_key(
    stranger: Server, s3: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(tokens: Any) -> Any:
        raise stores.Fault("42501", "Permission denied for parameter " + tokens[-1].value)

    monkeypatch.setattr(stores, "session_parameters", refusing)
    given = settings(stranger, s3, tmp_path, vertica_copy_access="session")
    with (
        Vertica("refused", given) as target,
        pytest.raises(SettingsError, match="refuses AWSAuth") as told,
    ):
        target.transaction(LOCK, create_people)
    assert s3.s3_secret.get_secret_value() not in str(told.value)
    assert told.value.__suppress_context__


def test_a_folder_is_no_place_for_the_server(server: Server, tmp_path: Path) -> None:
    given = settings_of(server, tmp_path, vertica_copy="server")
    with pytest.raises(SettingsError, match="needs an object store"):
        Vertica("foldered", given)


@pytest.mark.parametrize(
    ("columns", "message"),
    [("id, name", "Datatype mismatch"), ("id", "columns from a parquet file")],
)
def test_the_server_takes_columns_as_they_are(
    target: Vertica, s3: Settings, columns: str, message: str
) -> None:
    area, wire = target._area, target.connection().wire
    assert area
    area.begin(LOCK)
    table = pa.table({"id": ["1"], "name": ["Ann"]})
    with area.place() as folder:
        server_copies._written(area, folder, iter([table]))
        names = [Column(name, "VARCHAR") for name in columns.split(", ")]
        place = target.schemas.sql(("vault", "people"))
        sql = server_copies.server_copy_statement(place, names, f"{area.url}/{folder}/*.parquet")
        with pytest.raises(Exception, match=message):
            wire.run(sql)
    assert waiting(s3, target.warehouse) == []


def test_a_warehouse_is_the_same_by_either_way(
    server: Server, s3: Settings, tmp_path: Path, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    land("social", tmp_path / "landing", 0.001)
    monkeypatch.setattr(server_copies, "FEW", 0)
    monkeypatch.setattr(server_copies, "_BATCH", 40)
    found = []
    for way in ("client", "server"):
        given = settings_of(
            server,
            tmp_path,
            s3_endpoint=s3.s3_endpoint,
            s3_key_id=s3.s3_key_id,
            s3_secret=s3.s3_secret,
            vertica_copy=way,
            vertica_copy_area=f"{s3.landing}/copies",
        )
        with Vertica("social", given) as target, pytest.MonkeyPatch.context() as patch:
            fix_clock(patch)
            for _ in Load(target, given, declared("social")).run():
                pass
            found.append(
                {name: contents(target, name, columns) for name, columns in tables(target).items()}
            )
            for layer in target.connection().twin.layers():
                target.connection().wire.run(f"drop schema social_{layer} cascade")
    assert found[0] == found[1]
    assert found[0]["stage", "users_quarantine"]
    copied = {sql.split()[1] for sql in sent if sql.startswith("copy") and "s3://" in sql}
    assert {'"social_stage"."users"', '"social_stage"."group_log"'} <= copied
    area = settings_of(server, tmp_path, landing=f"{s3.landing}/copies")
    keyed = area.model_copy(
        update={"s3_endpoint": s3.s3_endpoint, "s3_key_id": s3.s3_key_id, "s3_secret": s3.s3_secret}
    )
    assert list(S3Bucket.of(keyed).list()) == []
