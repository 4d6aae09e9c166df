"""What travels by COPY arrives as it was: empty texts, line ends, quotes, Cyrillic, many rows."""

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from vault_assets.errors import TargetError
from vault_assets.loading.marts import replace_table
from vault_assets.targets.session import Session
from vault_assets.targets.vertica import Vertica
from vault_assets.targets.vertica.copying import RowStream, row_texts
from vault_assets.targets.vertica.twin import Column
from vault_assets_tests.vertica.houses import create_people, house, insert_person, people
from vault_assets_tests.vertica_server.server import Server

LOCK = ["vault.people"]
TEXTS = [
    None, "", " ", "  edge ", "a\nb", "a\r\nb", "tab\there", 'a "quote"', "it's", "back\\slash",
    "\\N", "NULL", "a|b,c", "Привет, мир", "日本語", "🦆",
]  # fmt: skip


@pytest.fixture
def target(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Vertica]:
    name = "".join(c for c in request.node.name.lower() if c.isalpha() or c == "_")[:40]
    with house(server, tmp_path, name) as found:
        found.transaction(LOCK, create_people)
        yield found


def test_texts_survive(target: Vertica) -> None:
    def unit(session: Session) -> int:
        session.connection.register("given", pa.table({"id": range(len(TEXTS)), "name": TEXTS}))
        return session.run('insert into "vault"."people" by name select * from given')

    assert target.transaction(LOCK, unit) == len(TEXTS)
    assert [name for _, name in people(target)] == TEXTS


@pytest.mark.parametrize("character", ["\x1a", "\x1e", "\x1f"])
def test_a_control_character_is_refused_not_taken_for_an_end(
    target: Vertica, character: str
) -> None:
    with pytest.raises(TargetError, match="control character"):
        target.transaction(LOCK, lambda session: insert_person(session, 1, f"a{character}b"))
    assert people(target) == []


def test_every_type_survives(target: Vertica) -> None:
    row = {
        "number": 2**62,
        "amount": Decimal("-0.05"),
        "ratio": 0.1 + 0.2,
        "flag": False,
        "day": dt.date(1999, 12, 31),
        "moment": dt.datetime(2024, 2, 29, 23, 59, 59, 123456),  # noqa: DTZ001  UTC without zone
        "key": uuid.uuid4(),
        "text": "x",
    }
    frame = pa.table({name: [str(v) if name == "key" else v, None] for name, v in row.items()})

    def unit(session: Session) -> list[dict[str, Any]]:
        session.run('create schema if not exists "vault"')
        session.run(
            'create table if not exists "vault"."kinds" (number bigint, amount decimal(12,2), '
            "ratio double, flag boolean, day date, moment timestamp, key uuid, text varchar)"
        )
        session.connection.register("given", frame)
        session.run('insert into "vault"."kinds" by name select * from given')
        return session.rows('select * from "vault"."kinds" where number is not null')

    assert target.transaction(["vault.kinds"], unit) == [row]


def test_a_frame_becomes_a_mart(target: Vertica) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", ""], "c": [0.5, None]})
    written = replace_table(target, "mart", "framed", frame)
    assert (written.rows, written.columns) == (2, {"a": "BIGINT", "b": "VARCHAR", "c": "DOUBLE"})
    again = replace_table(target, "mart", "framed", frame.lazy())
    assert again.rows == 2
    rows = target.relation('select * from "mart"."framed" order by a').to_arrow_table()
    assert rows.to_pylist() == frame.to_dicts()


def test_a_text_too_long_for_its_column_fails_the_unit(target: Vertica) -> None:
    long = "ж" * 40_000  # 80,000 octets
    with pytest.raises(TargetError, match="too long"):
        target.transaction(LOCK, lambda session: insert_person(session, 1, long))
    assert people(target) == []


def test_a_stream_holds_few_rows_and_counts_them_all() -> None:
    query = "select range as a, repeat('x', 100) as b from range(100000)"
    columns = (Column("a", "BIGINT"), Column("b", "VARCHAR"))
    with duckdb.connect() as engine:
        stream = RowStream(engine, row_texts(query, columns))
        data = b"".join(iter(lambda: stream.read(1 << 16), b""))
    assert stream.rows == 100_000
    assert data.count(b"\x1e") == 100_000
    assert data.startswith(b"0\x1f" + b"x" * 100 + b"\x1e1\x1f")
