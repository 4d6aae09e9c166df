"""The whole graph of `engagement` through Dagster: sensor, two loads, a load that is replaced."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from vault_assets.definitions import defs
from vault_assets.samples import engagement
from vault_assets_tests.orchestration.test_run import QUIET, Ran
from vault_assets_tests.places import Place, single_process_place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SECOND = engagement.FIRST_DATE + dt.timedelta(days=1)
REPORTS = "engagement/mart/user_reports"


class House:
    """The job, its sensor, and files that land."""

    def __init__(self, place: Place, instance: dg.DagsterInstance) -> None:
        self.place, self.instance, self.definitions = place, instance, defs()
        self.repository = self.definitions.get_repository_def()

    def land(self, date: dt.date, seed: int = 0) -> None:
        folder = self.place.folder / f"{date}-{seed}"
        for path in engagement.generate(folder, scale=0.005, date=date, seed=seed):
            self.place.store.put(path.relative_to(folder).as_posix(), path)

    def run(self) -> Ran:
        """Run what the sensor asks for."""
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=self.repository,
            resources=dict(self.definitions.resources or {}),
        ) as context:
            result = self.repository.get_sensor_def("engagement_objects")(context)
        assert isinstance(result, dg.SensorResult), result
        assert result.run_requests
        (request,) = result.run_requests
        return Ran(
            self.repository.get_job("engagement").execute_in_process(
                instance=self.instance,
                tags=dict(request.tags),
                run_config=QUIET,
                raise_on_error=False,
            )
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "landing").mkdir()
    with single_process_place(folder) as place, dg.instance_for_test() as instance:
        yield House(place, instance)


def exports(folder: Path) -> dict[str, bytes]:
    paths = (folder / "landing" / "engagement" / "export").rglob("*.csv")
    return {path.parent.name: path.read_bytes() for path in paths}


def test_files_become_reports_and_a_replaced_load_its_own_only(house: House) -> None:
    house.land(engagement.FIRST_DATE)
    house.land(SECOND)
    first = house.run()
    assert first.success
    graph = house.repository.asset_graph
    keys = {key for key in graph.get_all_asset_keys() if key.path[0] == "engagement"}
    assert set(first.metadata) == {key.to_user_string() for key in keys}
    assert first.checked == len([c for c in graph.asset_check_keys if c.asset_key in keys])
    assert first.failing == {f"engagement/stage/{t}:quarantined" for t in engagement.FILES}
    assert first.number(REPORTS, "partitions_built") == 2
    before = exports(house.place.folder)
    assert sorted(before) == ["etl_date=2022-03-01", "etl_date=2022-03-02"]

    house.land(SECOND, seed=1)
    second = house.run()
    assert second.success
    assert second.number(REPORTS, "partitions_built") == 1
    assert second.number(REPORTS, "partitions_stored") == 2
    after = exports(house.place.folder)
    assert after["etl_date=2022-03-01"] == before["etl_date=2022-03-01"]
    assert after["etl_date=2022-03-02"] != before["etl_date=2022-03-02"]
    records = house.place.rows(
        "select stage, sum(rows_in), sum(inserted + quarantined) from registry.applied "
        "where table_name like 'stage.%' group by all",
        "engagement",
    )
    assert all(read == told for _, read, told in records)
