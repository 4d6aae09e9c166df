"""A target on the stand-in, and tables to write through it."""

from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from vault_assets.settings import Settings
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica
from vault_assets_tests.vertica_server.startup import Options


class Running(Protocol):
    """A stand-in: in this process, or one of its own."""

    options: Options
    port: int


def settings_of(server: Running, folder: Path, **more: object) -> Settings:
    """Return settings of a target on the stand-in, with landing and state below a folder."""
    options = server.options
    given = {
        "target": "vertica",
        "landing": str(folder / "landing"),
        "home": folder / "home",
        "memory_limit": "1GB",
        "vertica_host": "127.0.0.1",
        "vertica_port": server.port,
        "vertica_user": options.user,
        "vertica_password": SecretStr(options.password),
        "vertica_database": options.database,
        "vertica_tlsmode": "disable",
    }
    return Settings.model_construct(**{**Settings().model_dump(), **given, **more})


def house(server: Running, folder: Path, warehouse: str = "towns") -> Vertica:
    """Return a target; the caller closes it."""
    return Vertica(warehouse, settings_of(server, folder))


def create_people(session: Session) -> None:
    """Create a table of people, if it is missing."""
    session.run('create schema if not exists "vault"')
    session.run(
        'create table if not exists "vault"."people" ("id" bigint not null, "name" varchar)'
    )


def insert_person(session: Session, number: int, name: str | None) -> int:
    """Insert a person."""
    return session.run(
        'insert into "vault"."people" by name select $id as id, $name as name',
        {"id": number, "name": name},
    )


def people(target: Vertica) -> list[tuple[int, str | None]]:
    """Return all people by number."""
    rows = target.session().rows('select "id", "name" from "vault"."people" order by "id"')
    return [(row["id"], row["name"]) for row in rows]
