"""A small delta on a large satellite, against a hand-written anti-join.

`python -m benchmarks.satellite`

Both fill a table of the same lake from the same staged rows, in a transaction each, in turns; their
tables must be equal. Of the delta's keys a fifth is new; of the others three of eight have not
changed.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

import vault_assets.api as va
from benchmarks import reporting
from vault_assets.loading.vault import load_vault_table
from vault_assets.settings import Settings
from vault_assets.targets.session import Session

TOWN = {
    "name": "town",
    "sources": {
        "people": {
            "objects": "x",
            "columns": {"person": "integer", "name": "text", "city": "text", "age": "integer"},
        }
    },
    "hubs": {"h_people": {"keys": "person", "from": "people"}},
    "satellites": {
        "s_people": {"parent": "h_people", "payload": ["name", "city", "age"], "from": "people"}
    },
}
COLUMNS = "hk_people, name, city, age, load_ts, load_seq, hashdiff, record_source, batch_id"
BY_HAND = """
insert into vault.by_hand
with delta as (select * from stage.people where batch_id = '{batch}'),
latest as (
  select hk_people, arg_max(hashdiff, load_ts) as hashdiff
  from vault.by_hand
  where hk_people in (select hk_people from delta)
  group by hk_people
)
select
  d.hk_people, d.name, d.city, d.age, d.load_ts, 0, d.hd_s_people, d.record_source, d.batch_id
from delta as d
where not exists (
  select 1 from latest as l where l.hk_people = d.hk_people and l.hashdiff = d.hd_s_people
)
"""


def main() -> None:
    """Measure, and print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--share", type=float, default=0.01, help="rows of the delta by those")
    parser.add_argument("--memory", default="4GB", help="memory limit of the engine")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(reporting.machine(), end="\n\n")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        found = _measured(options, Path(folder))
    hand = [statistics.median(column) for column in zip(*found["by hand"], strict=True)]
    print("| variant | wall s | CPU s | wall ratio | CPU ratio |\n| --- | --- | --- | --- | --- |")
    for name, runs in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {wall / hand[0]:.2f} | {cpu / hand[1]:.2f} |")


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Return elapsed and CPU seconds of each variant, by name."""
    settings = Settings.model_construct(
        memory_limit=options.memory,
        threads=None,
        catalog=str(folder / "lake.ducklake"),
        data=str(folder / "data"),
        landing=str(folder),
        home=folder / "home",
    )
    with va.open_lake(TOWN, settings=settings) as vault:
        vault.add_batch("people", _rows(0, options.rows, 0))
        vault.load()
        session = vault.lake.session()
        session.run(f"create table vault.by_hand as select {COLUMNS} from vault.s_people")
        found: dict[str, list[tuple[float, float]]] = {"by hand": [], "ours": []}
        count = int(options.rows * options.share)
        for turn in range(options.repeat):
            first = options.rows - count * 4 // 5 + turn * count // 5
            staged = vault.add_batch("people", _rows(first, count, turn + 1))
            load_vault_table(vault.lake, vault.warehouse, "h_people", run_id="benchmark")
            variants: dict[str, Callable[[], object]] = {
                "by hand": lambda batch=staged.batch.batch_id: _by_hand(session, batch),
                "ours": lambda: load_vault_table(
                    vault.lake,
                    vault.warehouse,
                    "s_people",
                    run_id="benchmark",
                    # As Dagster does after a load that passed all checks.
                    judge_again=lambda _: False,
                ),
            }
            for name in sorted(variants, reverse=bool(turn % 2)):
                found[name].append(_timed(variants[name]))
            _compare(session)
        return found


def _rows(first: int, count: int, turn: int) -> duckdb.DuckDBPyRelation:
    """Return people from `first` on; in a delta (`turn` > 0) five of eight have moved."""
    city = f"case when {turn} = 0 or i % 8 < 3 then i % 5000 else 5000 + {turn} end"
    return duckdb.sql(
        f"select i as person, 'person ' || i as name, 'city ' || ({city}) as city, i % 90 as age "
        f"from range({first}, {first + count}) as t (i)"
    )


def _by_hand(session: Session, batch: str) -> None:
    session.run("begin")
    session.run(BY_HAND.format(batch=batch))
    session.run("commit")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _compare(session: Session) -> None:
    sums = {
        table: session.rows(
            f"select count(*), bit_xor(hash(t)) from (select {COLUMNS} from vault.{table}) as t"
        )
        for table in ("s_people", "by_hand")
    }
    if sums["s_people"] != sums["by_hand"]:
        raise RuntimeError(f"the tables differ: {sums}")


if __name__ == "__main__":
    main()
