"""The page of run times, over tables as Dagster's history fills them."""

from vault_assets_tests.dashboard.shop_window import cards, page
from vault_assets_tests.places import Place

RUNS = """
create schema mart;
create table mart.model_runs as
select
  'run ' || n as run_id, 'mart.fct_daily_sales' as model, null::varchar as "partition",
  timestamp '2024-03-01' + interval (n) hour as started_at,
  timestamp '2024-03-01' + interval (n) hour as ended_at,
  seconds, 10::bigint as rows_in, 10::bigint as rows_out, 'success' as status,
  null::varchar as error
from (values (1, 2e0), (2, 4e0), (3, 9e0)) as t (n, seconds);
create table mart.model_performance as
select
  model, count(*) as runs, 0::bigint as failures, median(seconds) as median_seconds,
  quantile_cont(seconds, 0.95) as p95_seconds, max_by(seconds, started_at) as last_seconds,
  max(started_at) as last_started_at
from mart.model_runs
group by model;
"""


def test_run_times_are_those_of_the_worked_example(empty: Place) -> None:
    with empty.lake("commerce") as lake:
        lake.connection().execute(RUNS)
    app = page("commerce.runs")
    assert not app.exception
    assert cards(app)["Runs"] == "3"
    assert cards(app)["Slowest model"] == "4.0 s"
    models, newest = (table.value for table in app.dataframe)
    columns = ["runs", "failures", "median_seconds", "p95_seconds", "last_seconds"]
    assert models[columns].iloc[0].tolist() == [3, 0, 4, 8.5, 9]
    assert newest.seconds.tolist() == [9, 4, 2]
