"""`model_runs` and `model_performance`: what Dagster's history tells, as tables."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from vault_assets.loading.audits import evaluate
from vault_assets.loading.marts import replace_table
from vault_assets.orchestration.monitoring import build_performance, slow_audit
from vault_assets.targets.ducklake import DuckLake
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.orchestration.towns import definitions, materialized, town
from vault_assets_tests.places import Place, single_process_place

START = dt.datetime(2024, 1, 1)  # noqa: DTZ001  the table has no zone
MARTS = {
    "days": {
        "sql": "select cast('2024-01-0' || p.id as date) as day from stage.people as p where "
        "cast('2024-01-0' || p.id as date) in (select partition_value from changed_partitions)",
        "partition": {
            "column": "day",
            "start": "2024-01-01",
            "changed": "select cast('2024-01-0' || p.id as timestamp) from stage.people as p "
            "inner join new_batches as b using (batch_id)",
        },
    },
    "names": {"sql": "select p.id, p.name from stage.people as p", "key": "id"},
    "broken": {"sql": "select 1 as id from stage.people", "key": "id"},
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as found:
        yield found


def land(place: Place, name: str, *lines: str) -> None:
    path = place.folder / name
    path.write_text("\n".join(["id,name", *lines]) + "\n")
    place.store.put(f"town/people/{name}", path)


def test_models_of_each_run_are_recorded_with_rows_and_errors(place: Place) -> None:
    found = definitions(town(marts=MARTS, monitoring=True))
    with dg.instance_for_test() as instance:
        land(place, "a.csv", "1,Ann", "2,Bo", "x,Cy")
        first = materialized(found, instance=instance)
        assert not first.success
        second = materialized(found, instance=instance)
    rows = place.rows(
        "select run_id, model, rows_in, rows_out, status, error, run_status "
        "from mart.model_runs where model not in ('mart.model_runs', 'mart.model_performance')",
        "town",
    )
    ran = {(run_id, model): values for run_id, model, *values in rows}
    assert ran[first.run_id, "stage.people"] == [3, 2, "success", None, "FAILURE"]
    assert ran[first.run_id, "mart.names"] == [None, 2, "success", None, "FAILURE"]
    assert ran[first.run_id, "mart.days"] == [None, 2, "success", None, "FAILURE"]
    parts = "select partition from mart.model_runs where model = 'mart.days' order by started_at"
    assert place.rows(parts, "town") == [("2024-01-01...2024-01-02",), (None,)]
    *_, status, error, _ = ran[first.run_id, "mart.broken"]
    assert status == "failure"
    assert "key_unique (1 rows)" in str(error)
    # The second run was at work when it recorded itself; the next one will complete it.
    assert ran[second.run_id, "stage.people"] == [0, 0, "success", None, "STARTED"]
    assert {run for run, _ in ran} == {first.run_id, second.run_id}
    told = place.rows(
        "select runs, failures, median_seconds is null from mart.model_performance "
        "where model = 'mart.broken'",
        "town",
    )
    assert told == [(2, 2, True)]


def test_a_later_run_completes_what_an_earlier_one_recorded(place: Place) -> None:
    found = definitions(town(monitoring=True))
    with dg.instance_for_test() as instance:
        runs = [materialized(found, instance=instance) for _ in range(3)]
        assert all(run.success for run in runs)
    counts = place.rows(
        "select run_id, run_status, count(*), count(distinct model) from mart.model_runs "
        "group by all order by min(started_at)",
        "town",
    )
    models = len({"people", "h_people", "s_people", "model_runs", "model_performance"})
    assert counts == [
        (runs[0].run_id, "SUCCESS", models + 1, models + 1),
        (runs[1].run_id, "SUCCESS", models + 1, models + 1),
        (runs[2].run_id, "STARTED", models - 1, models - 1),
    ]


def recorded(lake: DuckLake, *seconds: float, status: str = "success") -> None:
    frame = pl.DataFrame(
        {
            "run_id": [str(n) for n, _ in enumerate(seconds)],
            "model": "mart.sales",
            "seconds": seconds,
            "status": status,
            "started_at": [START + dt.timedelta(hours=n) for n, _ in enumerate(seconds)],
        }
    )
    replace_table(lake, "mart", "model_runs", frame)


def test_quantiles_are_interpolated() -> None:
    with memory_lake() as lake:
        recorded(lake, 2.0, 4.0, 9.0)
        build_performance(lake, town())
        rows = lake.connection().execute("from mart.model_performance").fetchall()
    assert rows == [("mart.sales", 3, 0, 4.0, 8.5, 9.0, START + dt.timedelta(hours=2))]


@pytest.mark.parametrize(
    ("seconds", "warns"),
    [
        ([2.0] * 10 + [6.0], False),
        ([2.0] * 10 + [6.1], True),
        ([100.0] + [2.0] * 10 + [6.1], True),  # the ten before it count, no others
        ([0.1] * 10 + [0.9], False),  # less than a second
        ([6.1], False),
        ([], False),
    ],
)
def test_a_model_that_takes_three_times_as_long_is_told(seconds: list[float], warns: bool) -> None:
    with memory_lake() as lake:
        recorded(lake, *seconds)
        (verdict,) = evaluate(lake.session(), [slow_audit(town())], blocking=False)
    assert verdict.passed != warns
    assert verdict.audit.severity == "warn"
