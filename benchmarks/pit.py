"""Our PIT against hand-written queries: `python -m benchmarks.pit --keys 50000`.

Every query fills the same kind of table in the same lake: all snapshots in one statement, or one
statement per snapshot. They take turns, and their tables must be equal.
"""

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import reporting
from vault_assets.loading.query_tables import build_pit
from vault_assets.loading.snapshots import add_snapshots
from vault_assets.model import Warehouse
from vault_assets.settings import Settings
from vault_assets.sql.dialect import timestamp
from vault_assets.sql.query_plans import QueryPlan, query_plan
from vault_assets.sql.registry import PARTITIONS
from vault_assets.sql.templates import render
from vault_assets.targets.ducklake import DuckLake
from vault_assets.targets.session import Session

START = dt.datetime(2024, 1, 1)  # noqa: DTZ001  load times have no zone
SATELLITES = ("s_a", "s_b", "s_c")
ZERO = "cast('00000000-0000-0000-0000-000000000000' as uuid)"
Fill = Callable[[DuckLake, QueryPlan, Sequence[dt.datetime]], None]


def main() -> None:
    """Measure, and print the table as Markdown."""
    options = _options()
    settings = {"memory_limit": options.memory, "threads": None}
    print(reporting.machine())
    with tempfile.TemporaryDirectory(prefix="benchmark-pit-") as name:
        folder = Path(name)
        lake = DuckLake(
            "pits",
            Settings.model_construct(
                catalog=str(folder / "lake.ducklake"),
                data=str(folder / "data"),
                home=folder / "home",
                **settings,
            ),
        )
        with lake:
            _generate(lake.session(), options.keys, options.versions)
            for count in (options.snapshots, 1):
                print(f"\n{options.keys} keys, {options.versions} versions, {count} snapshots\n")
                print(_table(_measured(lake, _times(options, count), options.repeat)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=50_000)
    parser.add_argument("--versions", type=int, default=20, help="per key and satellite")
    parser.add_argument("--snapshots", type=int, default=30)
    parser.add_argument("--memory", default="4GB", help="memory limit of the engine")
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def _warehouse() -> Warehouse:
    columns = {"id": "integer", "value": "integer"}
    satellite = {"parent": "h_keys", "payload": "value", "from": "rows"}
    return Warehouse.model_validate(
        {
            "name": "pits",
            "sources": {"rows": {"objects": "x/*.csv", "columns": columns}},
            "hubs": {"h_keys": {"keys": "id", "from": "rows"}},
            "satellites": dict.fromkeys(SATELLITES, satellite),
            "snapshots": {"control": {}},
            "pits": {"p": {"hub": "h_keys", "satellites": SATELLITES, "snapshots": "control"}},
        }
    )


def _generate(session: Session, keys: int, versions: int) -> None:
    """Fill a hub, whose keys become known in 20 batches, and satellites with a version a batch."""
    start = timestamp(START)
    session.run("create schema vault")
    session.run(
        "create table vault.h_keys as select cast(md5(i::varchar) as uuid) as hk_keys, i as id, "
        f"{start} + to_days(cast(i % 20 as integer)) as load_ts, 'b' as batch_id "
        f"from range({keys}) as t (i)"
    )
    for hours, name in enumerate(SATELLITES, start=1):
        session.run(
            f"create table vault.{name} as select cast(md5(i::varchar) as uuid) as hk_keys, "
            f"{start} + to_days(cast(2 * v as integer)) + to_hours({hours}) as load_ts, "
            "cast(0 as bigint) as load_seq, i * v as value, 'b' as batch_id "
            f"from range({versions}) as v (v), range({keys}) as t (i)"
        )


def _times(options: argparse.Namespace, count: int) -> list[dt.datetime]:
    days = 2 * options.versions
    return [
        START + dt.timedelta(days=days * (number + 1) // count, hours=12) for number in range(count)
    ]


def _ours(lake: DuckLake, plan: QueryPlan, snapshots: Sequence[dt.datetime]) -> None:
    lake.session().run(render("query/pit/insert.sql", plan=plan, snapshots=snapshots))


def _whole_build(lake: DuckLake, _: QueryPlan, __: Sequence[dt.datetime]) -> None:
    build_pit(lake, _warehouse(), "p", run_id="benchmark")


def _filled(ctes: str, joins: str, pointer: str) -> Fill:
    """Return the use of a query; `{s}` in its parts stands for a satellite."""

    def fill(lake: DuckLake, plan: QueryPlan, snapshots: Sequence[dt.datetime]) -> None:
        values = ", ".join(f"({timestamp(time)})" for time in snapshots)
        parts = [f"snapshots (snapshot_ts) as (values {values})"]
        parts += [ctes.format(s=name) for name in SATELLITES if ctes]
        columns = ", ".join(pointer.format(s=name, zero=ZERO) for name in SATELLITES)
        lake.session().run(
            f"insert into {plan.table.sql} with {', '.join(parts)} "
            f"select n.snapshot_ts, h.hk_keys, {columns} from vault.h_keys as h "
            "inner join snapshots as n on h.load_ts <= n.snapshot_ts "
            + " ".join(joins.format(s=name) for name in SATELLITES)
            + " where h.batch_id <> 'ghost'"
        )

    return fill


_POINTER = (
    "coalesce({s}_v.hk_keys, {zero}), coalesce({s}_v.load_ts, timestamp '1900-01-01'), "
    "coalesce({s}_v.load_seq, 0)"
)
_RANGE = _filled(
    "{s}_v as (select hk_keys, load_ts, load_seq, lead(load_ts, 1, timestamp '9999-12-31') over "
    "(partition by hk_keys order by load_ts, load_seq) as load_end_ts from vault.{s} "
    "where batch_id <> 'ghost')",
    "left join {s}_v on {s}_v.hk_keys = h.hk_keys and {s}_v.load_ts <= n.snapshot_ts "
    "and {s}_v.load_end_ts > n.snapshot_ts",
    _POINTER,
)
_ASOF = _filled(
    "{s}_v as (select hk_keys, load_ts, max(load_seq) as load_seq from vault.{s} "
    "where batch_id <> 'ghost' group by all)",
    "asof left join {s}_v on {s}_v.hk_keys = h.hk_keys and {s}_v.load_ts <= n.snapshot_ts",
    _POINTER,
)
_LAST = _filled(
    "{s}_v as (select n.snapshot_ts, t.hk_keys, max(t.load_ts) as load_ts, "
    "arg_max(t.load_seq, (t.load_ts, t.load_seq)) as load_seq from vault.{s} as t "
    "inner join snapshots as n on t.load_ts <= n.snapshot_ts where t.batch_id <> 'ghost' "
    "group by all)",
    "left join {s}_v on {s}_v.hk_keys = h.hk_keys and {s}_v.snapshot_ts = n.snapshot_ts",
    _POINTER,
)


def _one_by_one(lake: DuckLake, plan: QueryPlan, snapshots: Sequence[dt.datetime]) -> None:
    for time_ in snapshots:
        _LAST(lake, plan, [time_])


SHAPES: dict[str, Fill] = {
    "ours (spans)": _ours,
    "ours, with states, record and checks": _whole_build,
    "range join on lead": _RANGE,
    "asof join": _ASOF,
    "last row, a statement per snapshot": _one_by_one,
}


def _measured(
    lake: DuckLake, snapshots: list[dt.datetime], repeat: int
) -> dict[str, list[tuple[float, float]]]:
    """Return elapsed and CPU seconds of every shape, by name; the shapes take turns."""
    plan = query_plan(_warehouse(), "p")
    session = lake.session()
    session.run(f"drop table if exists {plan.snapshots.sql}")
    add_snapshots(lake, _warehouse(), "control", times=snapshots, reference=START.date())
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in SHAPES}
    wanted = None
    for turn in range(repeat):
        names = list(SHAPES)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            session.run(f"drop table if exists {plan.table.sql}")
            session.run(f"delete from {PARTITIONS.sql}")
            session.run(render("vault/create_table.sql", table=plan.table))
            session.run(f"alter table {plan.table.sql} set partitioned by (snapshot_ts)")
            wall, cpu = time.perf_counter(), time.process_time()
            SHAPES[name](lake, plan, snapshots)
            found[name].append((time.perf_counter() - wall, time.process_time() - cpu))
            contents = session.rows(f"select count(*), bit_xor(hash(p)) from {plan.table.sql} as p")
            wanted = wanted or contents
            if contents != wanted:
                raise RuntimeError(f"{name} made another table: {contents}, not {wanted}")
    return found


def _table(found: dict[str, list[tuple[float, float]]]) -> str:
    medians = {
        name: tuple(statistics.median(column) for column in zip(*runs, strict=True))
        for name, runs in found.items()
    }
    best = [min(m[i] for n, m in medians.items() if not n.startswith("ours")) for i in (0, 1)]
    lines = [
        "| query | wall s | CPU s | wall ratio | CPU ratio |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {wall:.2f} | {cpu:.2f} | {wall / best[0]:.2f} | {cpu / best[1]:.2f} |"
        for name, (wall, cpu) in medians.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
