"""Small files of JSON lines are staged in one transaction, each as if it were alone."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault_assets.errors import BatchError, TargetError, UnavailableError
from vault_assets.landing.store import Store, open_store
from vault_assets.loading import staging, staging_together
from vault_assets.loading.registering import register
from vault_assets.loading.staging import Staged, stage_batches
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake

HOUSE = Warehouse.model_validate(
    {
        "name": "plays",
        "sources": {
            "plays": {
                "objects": ["plays/*/*.jsonl", "plays/*/*.jsonl.gz"],
                "columns": {
                    "id": {"type": "integer", "nullable": False, "unique": True},
                    "song": {"type": "text", "normalize": ["trim"]},
                },
                "derived": {
                    "twice": {"type": "integer", "sql": "id * 2"},
                    "day": {"type": "date", "from_key": "day=(?P<value>[^/]+)/"},
                },
            }
        },
        "hubs": {"hub_play": {"keys": "id", "from": "plays"}},
    }
)
LINES = (
    b'{"id":1,"song":" a "}\n{"id":2,"song":"b"}\n',
    b'\n{"id":3,"tip":1}\nbroken\n{"id":"x"}\n',
    b"",
    b'{"id":4}\n{"id":4}\n',
)
ROWS = "select day, row_no, id, song, twice from stage.plays order by load_ts, row_no"
REFUSED = (
    "select object_key, row_no, raw, reason, column_name from stage.plays_quarantine "
    "inner join registry.batches using (batch_id) order by object_key, row_no"
)
APPLIED = (
    "select object_key, a.load_ts = b.load_ts, rows_in, inserted, quarantined, note "
    "from registry.applied as a inner join registry.batches as b using (batch_id) order by 1"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[DuckLake, Store]]:
    with lake_in(tmp_path) as lake:
        yield lake, open_store(lake.settings)


def lake_in(folder: Path) -> DuckLake:
    return DuckLake(
        "plays",
        Settings(
            home=folder / "home",
            landing=str(folder / "landing"),
            data=str(folder / "data"),
            catalog=str(folder / "lake.ducklake"),
        ),
    )


def land(store: Store) -> None:
    for number, lines in enumerate(LINES):
        store.put(f"plays/day=2024-05-0{number + 1}/a.jsonl", lines)


def stage(lake: DuckLake, store: Store) -> Staged:
    register(lake, store, HOUSE, "plays")
    return stage_batches(lake, store, HOUSE, "plays", run_id="run")


def snapshots(lake: DuckLake) -> int:
    return lake.session().value("select count(*) from ducklake_snapshots('plays')")


def contents(lake: DuckLake) -> list[list[tuple[Any, ...]]]:
    return [lake.session().connection.execute(sql).fetchall() for sql in (ROWS, REFUSED, APPLIED)]


def counts(staged: Staged) -> dict[str, tuple[int, int, int, tuple[str, ...], tuple[str, ...]]]:
    return {
        one.batch.object_key: (
            one.records,
            one.loaded,
            one.quarantined,
            one.unknown_columns,
            one.unique,
        )
        for one in staged.batches
    }


def test_batches_are_the_same_together_and_alone(
    place: tuple[DuckLake, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, store = place
    land(store)
    register(lake, store, HOUSE, "plays")
    before = snapshots(lake)
    together = stage(lake, store)
    # One for the tables, one for the layout or none, one for all rows.
    assert snapshots(lake) - before <= 3
    assert len(together.batches) == len(LINES)
    assert together.total("loaded") == 5
    assert together.total("quarantined") == 2

    monkeypatch.setattr(staging_together, "_FILES", 1)
    with lake_in(tmp_path / "alone") as other:
        other_store = open_store(other.settings)
        land(other_store)
        alone = stage(other, other_store)
        assert contents(other) == contents(lake)
    assert counts(alone) == counts(together)
    assert [(v.audit.name, v.failed_rows) for v in alone.verdicts] == [
        (v.audit.name, v.failed_rows) for v in together.verdicts
    ]


def test_groups_end_where_they_grow_large(
    place: tuple[DuckLake, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, store = place
    land(store)
    monkeypatch.setattr(staging_together, "_BYTES", 60)
    read: list[int] = []
    real = staging_together.read_together
    monkeypatch.setattr(
        staging_together,
        "read_together",
        lambda con, texts, columns: read.append(len(texts)) or real(con, texts, columns),
    )
    assert stage(lake, store).total("loaded") == 5
    assert read
    assert max(read) < len(LINES)


def test_a_damaged_a_missing_and_a_recoded_object_do_not_stop_the_others(
    place: tuple[DuckLake, Store],
) -> None:
    lake, store = place
    land(store)
    store.put("plays/day=2024-05-05/half.jsonl.gz", gzip.compress(LINES[0])[:-9])
    store.put("plays/day=2024-05-06/gone.jsonl", LINES[0])
    store.put("plays/day=never/a.jsonl", LINES[0])
    store.put("plays/day=2024-05-07/wide.jsonl", LINES[0].decode().encode("utf-16"))
    register(lake, store, HOUSE, "plays")
    (Path(lake.settings.landing) / "plays/day=2024-05-06/gone.jsonl").unlink()
    staged = stage(lake, store)
    problems = {one.batch.object_key: one.problem.partition(":")[0] for one in staged.batches}
    assert {key: problem for key, problem in problems.items() if problem} == {
        "plays/day=2024-05-05/half.jsonl.gz": "rejected",
        "plays/day=2024-05-06/gone.jsonl": "missing",
        "plays/day=never/a.jsonl": "rejected",
    }
    assert staged.total("loaded") == 5
    wide = counts(staged)["plays/day=2024-05-07/wide.jsonl"]
    assert wide[:3] == (2, 0, 2)
    assert stage(lake, store).batches == ()


def test_a_group_that_fails_is_staged_one_by_one(
    place: tuple[DuckLake, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, store = place
    land(store)
    real = staging.write_batch

    def refuse(*_: object) -> None:
        raise TargetError("no", where="test")

    def write(session: Any, warehouse: Any, plan: Any, batch: Any, *rest: Any, **more: Any) -> Any:
        if "05-02" in batch.object_key:
            raise TargetError("this one", where="test")
        return real(session, warehouse, plan, batch, *rest, **more)

    # The rows are in by then: they must go with the transaction.
    monkeypatch.setattr(staging_together, "refuse_wrong", refuse)
    monkeypatch.setattr(staging, "write_batch", write)
    with pytest.raises(BatchError, match="1 of 4 batches failed"):
        stage(lake, store)
    rows, _, applied = contents(lake)
    assert [row[2] for row in rows] == [1, 2, 4, 4]
    assert len(applied) == 3
    monkeypatch.undo()
    assert [one.loaded for one in stage(lake, store).batches] == [1]
    assert len(contents(lake)[0]) == 5


def test_an_object_that_the_store_does_not_give_is_tried_again(
    place: tuple[DuckLake, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, store = place
    land(store)
    real = type(store).download

    def download(self: Any, item: Any, target: Path) -> None:
        if "05-02" in item.key:
            raise UnavailableError("no answer", where="test")
        real(self, item, target)

    monkeypatch.setattr(type(store), "download", download)
    with pytest.raises(BatchError, match="1 of 4 batches failed"):
        stage(lake, store)
    assert len(contents(lake)[2]) == 3
    monkeypatch.undo()
    assert len(stage(lake, store).batches) == 1


def test_what_another_run_has_staged_meanwhile_is_not_staged_twice(
    place: tuple[DuckLake, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, store = place
    land(store)
    real = staging_together.groups_of

    def late(job: Any, deliveries: Any, replayed: Any) -> Any:
        monkeypatch.undo()
        assert len(stage_batches(lake, store, HOUSE, "plays", run_id="other").batches) == 4
        return real(job, deliveries, replayed)

    register(lake, store, HOUSE, "plays")
    monkeypatch.setattr(staging, "groups_of", late)
    assert stage_batches(lake, store, HOUSE, "plays", run_id="run").batches == ()
    assert len(contents(lake)[0]) == 5
