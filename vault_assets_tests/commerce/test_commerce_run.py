"""The whole graph of `commerce` through Dagster: on a single-process lake, and on real servers."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from vault_assets.definitions import defs
from vault_assets.samples import commerce
from vault_assets_tests.orchestration.test_run import QUIET, Ran
from vault_assets_tests.places import Place, single_process_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECOND = commerce.FIRST_DATE + dt.timedelta(days=1)
OLD = {
    f"commerce/staging/{table}:{check}"
    for table in commerce.TABLES
    for check in ("fresh_rows", "not_outdated", "quarantined")
}
"""Checks that fail for the sample files: they are old, and each ends with broken lines."""
WARNED = {
    "commerce/staging/order_items:plausible_values",
    "commerce/staging/stg_order_items:quantity_at_least_1",
    "commerce/core/fct_orders:order_twice",
    "commerce/core/fct_orders:known_customer",
    "commerce/mart/metric_customer_retention:no_jump",
    "commerce/mart/model_runs:not_slower",
}


class House:
    """The job, its sensor, and files that land."""

    def __init__(self, place: Place, instance: dg.DagsterInstance) -> None:
        self.place, self.instance, self.definitions = place, instance, defs()
        self.repository = self.definitions.get_repository_def()

    def land(self, date: dt.date) -> None:
        folder = self.place.folder / f"extract-{date}"
        for path in commerce.generate(folder, scale=0.02, date=date):
            self.place.store.put(path.relative_to(folder).as_posix(), path)

    def run(self) -> Ran:
        """Run what the sensor asks for."""
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=self.repository,
            resources=dict(self.definitions.resources or {}),
        ) as context:
            result = self.repository.get_sensor_def("commerce_objects")(context)
        assert isinstance(result, dg.SensorResult), result
        assert result.run_requests
        (request,) = result.run_requests
        return Ran(
            self.repository.get_job("commerce").execute_in_process(
                instance=self.instance,
                tags=dict(request.tags),
                run_config=QUIET,
                raise_on_error=False,
            )
        )


def loads_two_days(house: House) -> None:
    """Load the full extract, then a day of changes; the tables agree with a full extract."""
    house.land(commerce.FIRST_DATE)
    first = house.run()
    assert first.success
    graph = house.repository.asset_graph
    keys = {key for key in graph.get_all_asset_keys() if key.path[0] == "commerce"}
    assert set(first.metadata) == {key.to_user_string() for key in keys}
    assert first.checked == len([c for c in graph.asset_check_keys if c.asset_key in keys])
    assert first.failing - WARNED == OLD

    house.land(SECOND)
    second = house.run()
    assert second.success
    assert second.failing - WARNED == OLD
    assert 1 <= second.number("commerce/core/sales_by_day", "partitions_built") < 20
    assert second.number("commerce/core/fct_orders", "rows_written") < 20

    wanted = house.place.folder / "full"
    paths = commerce.generate(wanted, scale=0.02, date=SECOND, full=True, broken=False)
    with house.place.lake("commerce") as lake:
        connection = lake.connection()
        for label, table, columns in (
            ("staging.stg_orders", 2, "order_id, status, total_amount"),
            ("staging.stg_order_items", 3, "order_item_id, order_id, product_id, unit_price"),
        ):
            file = f"select {columns} from read_csv('{paths[table]}')"
            ours = f"select {columns} from {label}"
            assert connection.execute(f"{ours} except {file}").fetchall() == []
            assert connection.execute(f"{file} except {ours}").fetchall() == []
    ran = house.place.rows(
        "select run_status, count(*) from mart.model_runs group by all order by 2", "commerce"
    )
    assert ran[0][0] == "STARTED"
    assert ran[1] == ("SUCCESS", len(keys))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "landing").mkdir()
    with single_process_place(folder) as place, dg.instance_for_test() as instance:
        yield House(place, instance)


def test_extracts_become_marts_and_a_day_of_changes_its_own_only(house: House) -> None:
    loads_two_days(house)


def test_the_served_form_does_the_same(place: Place) -> None:
    with dg.instance_for_test() as instance:
        loads_two_days(House(place, instance))


def test_one_command_runs_all_and_writes_the_report(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as place:
        landed = place.call("land", "commerce", "--scale", "0.02")
        assert landed.returncode == 0, landed.stderr
        done = place.call("report", "commerce", "--run")
        assert done.returncode == 0, done.stdout + done.stderr
        folder = tmp_path / "reports" / "commerce"
        page = (folder / "index.md").read_text()
        for picture in ("lineage.png", "star.png"):
            assert (folder / picture).read_bytes().startswith(b"\x89PNG")
            assert f"({picture})" in page
        assert "| error | commerce/staging/orders | not_outdated | 1 |" in page
        assert "| core.fct_orders | by key |" in page
        assert "average_order_value" in page
        assert "@shop.example" not in page
        assert "success" in (folder / "run.log").read_text()
        assert "mart.fct_daily_sales" in (folder / "columns.md").read_text()
        told = place.call("status", "--warehouse", "commerce")
        assert "commerce/core/fct_orders: built" in told.stdout
