"""Releases that fail, are killed or are large: they have happened as a whole or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vault_assets.api import Vault, open_lake
from vault_assets.errors import BatchError
from vault_assets.loading import releasing
from vault_assets_tests.api.vaults import day, people, rows, source, staged


@pytest.fixture
def vault() -> Iterator[Vault]:
    with people() as opened:
        yield opened


@pytest.mark.parametrize("step", ["register_entry", "write_batch", "_record", "refuse_wrong"])
def test_a_release_that_fails_at_any_step_can_be_repeated(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    lines = tmp_path / "people.csv"
    lines.write_text("person,name,age\nann,Ann,1\nbob,Bob,old\n")
    vault.add_batch("people", lines, load_ts=day(1), batch_id="first")
    vault.load()
    before = [len(vault.batches()), staged(vault, ["batch_id"]), vault.quarantine("people")]
    real = getattr(releasing, step)

    def fail(*values: Any, **options: Any) -> None:
        real(*values, **options)
        raise RuntimeError(step)

    fixed = [{"row_no": 3, "person": "bob", "name": "Bob", "age": 4}]
    with monkeypatch.context() as patched:
        patched.setattr(releasing, step, fail)
        with pytest.raises(RuntimeError, match=step):
            vault.release("first", fixed)
    after = [len(vault.batches()), staged(vault, ["batch_id"]), vault.quarantine("people")]
    assert after == before
    assert vault.release("first", fixed).released == 1
    vault.load()
    assert len(rows(vault, "h_people", "person")) == 2


KILLED = """
import sys
from pathlib import Path

import vault_assets.loading.releasing as releasing
from vault_assets.api import open_lake
from vault_assets_tests.api.test_broken_releases import FIXED, TOWN

real = releasing._record


def stop(*values):
    real(*values)
    print("written", flush=True)
    sys.stdin.read()


if sys.argv[2] == "before its commit":
    releasing._record = stop
with open_lake(TOWN, folder=Path(sys.argv[1])) as vault:
    vault.release("first", FIXED)
    vault.load("h_people")
    print("written", flush=True)
    sys.stdin.read()
"""
TOWN = {
    "name": "town",
    "sources": {
        "people": source({"person": {"type": "text", "nullable": False}, "age": "integer"})
    },
    "hubs": {"h_people": {"keys": "person", "from": "people"}},
    "satellites": {"s_people": {"parent": "h_people", "payload": "age", "from": "people"}},
}
FIXED = [{"row_no": 3, "person": "bob", "age": 2}]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before its commit", "after the load of the hub"])
def test_a_release_that_is_killed_has_happened_or_not(tmp_path: Path, moment: str) -> None:
    lines = tmp_path / "people.csv"
    lines.write_text("person,age\nann,1\nbob,old\n")
    lake = tmp_path / "lake"
    with open_lake(TOWN, folder=lake) as vault:
        vault.add_batch("people", lines, load_ts=day(1), batch_id="first")
        vault.load()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(lake), moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.kill()
    process.communicate()
    with open_lake(TOWN, folder=lake) as vault:
        if moment == "before its commit":
            assert len(vault.batches("people")) == 1
            assert vault.release("first", FIXED).released == 1
        else:
            with pytest.raises(BatchError, match="released already"):
                vault.release("first", FIXED)
        vault.load()
        assert rows(vault, "h_people", "person") == [("ann",), ("bob",)]
        assert len(rows(vault, "s_people", "age")) == 2


@pytest.mark.slow
def test_two_hundred_thousand_rows_are_released_at_once(tmp_path: Path) -> None:
    count = 200_000
    lines = tmp_path / "people.csv"
    pl.select(person=pl.int_range(count).cast(pl.String), age=pl.lit("old")).write_csv(lines)
    fixed = tmp_path / "fixed.csv"
    pl.select(
        row_no=pl.int_range(2, count + 2), person=pl.int_range(count).cast(pl.String), age=pl.lit(1)
    ).write_csv(fixed)
    with open_lake(TOWN) as vault:
        vault.add_batch("people", lines, load_ts=day(1), batch_id="first")
        released = vault.release("first", fixed)
        assert (released.released, released.staged.loaded, released.left) == (count, count, 0)
        vault.load()
        assert vault.table("h_people").num_rows == count
        with pytest.raises(BatchError, match="released already"):
            vault.release("first", fixed)
