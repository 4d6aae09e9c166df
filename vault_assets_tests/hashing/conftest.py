from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest

from vault_assets.model.types import ColumnType

Evaluate = Callable[
    [Sequence[str], Sequence[ColumnType], Sequence[Sequence[str | None]]], list[Any]
]


def _engine_type(declared: ColumnType) -> str:
    names = {"integer": "bigint", "float": "double", "text": "varchar"}
    return names.get(declared.kind, str(declared))


@pytest.fixture(scope="package")
def evaluate() -> Evaluate:
    """Evaluate SQL over columns p0, p1 .. of the given types, filled from rows of texts."""
    # A session far from every default: no expression may depend on it.
    con = duckdb.connect(config={"threads": 2})
    con.execute("set timezone = 'Asia/Kathmandu'; set calendar = 'japanese'")
    con.execute("set default_order = 'desc'; set default_collation = 'nocase'")

    def run(
        expressions: Sequence[str],
        types: Sequence[ColumnType],
        rows: Sequence[Sequence[str | None]],
    ) -> list[Any]:
        texts = ", ".join(f"unnest(cast(? as varchar[])) as t{i}" for i in range(len(types)))
        columns = ", ".join(
            f"cast(t{i} as {_engine_type(declared)}) as p{i}" for i, declared in enumerate(types)
        )
        values = [[row[i] for row in rows] for i in range(len(types))]
        sql = f"select {', '.join(expressions)} from (select {columns} from (select {texts}))"
        return con.execute(sql, values).fetchall()

    return run


@pytest.fixture
def parts() -> Callable[[Sequence[ColumnType]], list[tuple[str, ColumnType]]]:
    """Name the columns of `evaluate` for the sql_* functions."""
    return lambda types: [(f"p{i}", declared) for i, declared in enumerate(types)]
