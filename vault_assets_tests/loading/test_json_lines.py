"""Files of JSON lines and of CSV go through the stage into a lake, and lose no digit."""

import gzip
from collections.abc import Iterator
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from vault_assets.api import open_lake
from vault_assets.landing.store import Store, open_store
from vault_assets.loading.registering import register
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.targets.archives import archive, encrypted

AMOUNTS = [
    "5.8100000000000005",
    "12345678901234567890.123456789012345678",
    "-0.000000000000000001",
    "0.1",
    "0.2",
    "99999999999999999999.999999999999999999",
    "-99999999999999999999.999999999999999999",
]
COLUMNS: dict[str, Any] = {"id": "text", "amount": "decimal(38,18)"}
HOUSE = Warehouse.model_validate(
    {
        "name": "paid",
        "sources": {
            "lines": {
                "objects": ["paid/*.jsonl", "paid/*.jsonl.gz", "paid/*.jsonl.zip"],
                "columns": COLUMNS,
            },
            "tables": {"objects": "paid/*.csv", "columns": COLUMNS},
        },
    }
)
FILES = {
    "lines": "".join(f'{{"id": "{n}", "amount": {a}}}\n' for n, a in enumerate(AMOUNTS)),
    "tables": "id,amount\n" + "".join(f"{n},{a}\n" for n, a in enumerate(AMOUNTS)),
}
NAMES = {"lines": "paid/a.jsonl", "tables": "paid/a.csv"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[DuckLake, Store]]:
    settings = Settings(
        home=tmp_path / "home",
        landing=str(tmp_path / "landing"),
        data=str(tmp_path / "data"),
        catalog=str(tmp_path / "lake.ducklake"),
    )
    with DuckLake("paid", settings) as lake:
        yield lake, open_store(settings)


def stage(lake: DuckLake, store: Store, source: str) -> Staged:
    register(lake, store, HOUSE, source)
    return stage_batches(lake, store, HOUSE, source, run_id="run")


@pytest.mark.parametrize("source", FILES)
def test_decimals_are_exact_from_the_file_to_the_lake(
    place: tuple[DuckLake, Store], source: str
) -> None:
    lake, store = place
    store.put(NAMES[source], FILES[source].encode())
    assert stage(lake, store, source).total("loaded") == len(AMOUNTS)
    found = lake.session().rows(f"select amount from stage.{source} order by row_no")
    assert [row["amount"] for row in found] == [Decimal(amount) for amount in AMOUNTS]
    with localcontext(prec=60):
        exact = sum(map(Decimal, AMOUNTS))
    assert lake.session().value(f"select sum(amount) from stage.{source}") == exact


def test_objects_of_json_lines_are_staged_quarantined_or_rejected(
    place: tuple[DuckLake, Store],
) -> None:
    lake, store = place
    lines = FILES["lines"].encode() + b'\n{"id": "x", "amount": 1, "tip": 2}\n[]\n{"id": "half'
    packed = gzip.compress(lines)
    store.put("paid/whole.jsonl.gz", packed)
    store.put("paid/half.jsonl.gz", packed[: len(packed) // 2])
    staged = stage(lake, store, "lines")
    by_key = {one.batch.object_key: one for one in staged.batches}
    whole = by_key["paid/whole.jsonl.gz"]
    assert (whole.records, whole.loaded, whole.quarantined) == (10, 8, 2)
    assert whole.unknown_columns == ("tip",)
    assert by_key["paid/half.jsonl.gz"].problem.startswith("rejected")
    found = lake.session().rows(
        "select row_no, reason, raw from stage.lines_quarantine order by row_no"
    )
    assert [tuple(row.values()) for row in found] == [
        (10, "not_object", "[]"),
        (11, "json", '{"id": "half'),
    ]


def test_zipped_objects_are_staged_or_rejected_with_the_reason(
    place: tuple[DuckLake, Store],
) -> None:
    lake, store = place
    lines = FILES["lines"].encode()
    store.put("paid/whole.jsonl.zip", archive(lines))
    store.put("paid/none.jsonl.zip", archive())
    store.put("paid/two.jsonl.zip", archive(lines, lines))
    store.put("paid/half.jsonl.zip", archive(lines)[:-9])
    store.put("paid/locked.jsonl.zip", encrypted(lines))
    found = {
        one.batch.object_key.removeprefix("paid/").partition(".")[0]: one
        for one in stage(lake, store, "lines").batches
    }
    assert found["whole"].loaded == len(AMOUNTS)
    reasons = {name: one.problem for name, one in found.items() if one.problem}
    assert all(reason.startswith("rejected: ") for reason in reasons.values())
    for name, told in (
        ("none", "0 members"),
        ("two", "2 members"),
        ("half", "damaged"),
        ("locked", "encrypted"),
    ):
        assert told in reasons[name], name


def test_the_path_of_a_file_of_json_lines_can_be_added(tmp_path: Path) -> None:
    path = tmp_path / "any_name"
    path.write_text(FILES["lines"] + "{")
    with open_lake(HOUSE.model_dump(mode="json", exclude_unset=True)) as vault:
        added = vault.add_batch("lines", path)
        assert (added.loaded, added.quarantined) == (len(AMOUNTS), 1)
