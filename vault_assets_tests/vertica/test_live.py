"""Live tests: the target on a real Vertica. The authors had none: these have not been run."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pydantic import SecretStr

from vault_assets.settings import Settings
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica
from vault_assets_tests.vertica.houses import create_people, insert_person, people

DSN = os.environ.get("VAULT_ASSETS_VERTICA_DSN", "")
LOCK = ["vault.people"]
TEXTS = [None, "", " edge ", "a\nb", 'a "b"', "back\\slash", "Привет"]

pytestmark = pytest.mark.skipif(
    not DSN, reason="VAULT_ASSETS_VERTICA_DSN names no server: not run by the authors"
)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Vertica]:
    url = urlsplit(DSN)
    given = {
        "target": "vertica",
        "home": tmp_path,
        "vertica_host": url.hostname,
        "vertica_port": url.port or 5433,
        "vertica_user": unquote(url.username or "dbadmin"),
        "vertica_password": SecretStr(unquote(url.password or "")),
        "vertica_database": url.path.lstrip("/"),
        "vertica_tlsmode": os.environ.get("VAULT_ASSETS_VERTICA_TLSMODE", "verify-full"),
    }
    settings = Settings.model_construct(**{**Settings().model_dump(), **given})
    with Vertica(f"vault_assets_live_{secrets.token_hex(4)}", settings) as found:
        found.transaction(LOCK, create_people)
        yield found
        for layer in ("registry", "vault"):
            schema = found.schemas.schema(layer)
            found.connection().wire.run(f"drop schema if exists {schema} cascade")


def test_texts_survive_a_copy(target: Vertica) -> None:
    for number, text in enumerate(TEXTS):
        target.transaction(LOCK, lambda s, n=number, t=text: insert_person(s, n, t))
    assert [name for _, name in people(target)] == TEXTS


def test_a_definition_after_changes_loses_none_of_them(target: Vertica) -> None:
    def unit(session: Session) -> int:
        insert_person(session, 1, "Ann")
        session.run('create or replace temp table seen as select id from "vault"."people"')
        return session.run('insert into "vault"."people" by name select id + 1 as id from seen')

    assert target.transaction(LOCK, unit) == 1
    assert people(target) == [(1, "Ann"), (2, None)]


def test_a_digest_is_a_uuid(target: Vertica) -> None:
    answer = target.connection().wire.run("select md5('a')::uuid")
    assert str(answer.rows[0][0]) == "0cc175b9-c0f1-b6a8-31c3-99e269772661"
