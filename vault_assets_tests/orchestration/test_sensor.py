"""The sensor on new objects: each version of an object is loaded once, whatever dies on the way."""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from vault_assets.errors import StoreError, TargetError
from vault_assets.loading.registering import register
from vault_assets.orchestration.active_runs import SILENCE, WAREHOUSE_TAG
from vault_assets.orchestration.sensors import MAX_ATTEMPTS
from vault_assets_tests.orchestration.towns import QUIET, definitions, town
from vault_assets_tests.places import Place, single_process_place

pytestmark = pytest.mark.slow
ANN = b"id,name\n1,Ann\n"
BOB = b"id,name\n2,Bob\n"
KEY = "town/people/today.csv"
BATCHES = "select object_key, duplicate_of is not null from registry.batches order by load_ts"
SHOPS = {
    "objects": ["town/shops/**/*.csv"],
    "delivery": "full",
    "columns": {"id": {"type": "integer", "nullable": False}},
}
PEOPLE = town().model_dump(by_alias=True, exclude_unset=True)["sources"]["people"]


class Town:
    """A warehouse, its sensor and the runs that it asked for."""

    def __init__(self, place: Place, instance: dg.DagsterInstance) -> None:
        self.place, self.instance = place, instance
        self.warehouse = town(sources={"people": PEOPLE, "shops": SHOPS})
        self.definitions = definitions(self.warehouse)
        self.repository = self.definitions.get_repository_def()
        self.job = self.definitions.resolve_implicit_global_asset_job_def()

    def tick(self) -> dg.RunRequest | str:
        """Return the run that a tick asks for, or why it asks for none."""
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=self.repository,
            resources=dict(self.definitions.resources or {}),
        ) as context:
            result = self.repository.get_sensor_def("town_objects")(context)
        if isinstance(result, dg.SkipReason):
            return result.skip_message or ""
        assert isinstance(result, dg.SensorResult)
        assert result.run_requests is not None
        (request,) = result.run_requests
        return request

    def request(self) -> dg.RunRequest:
        found = self.tick()
        assert isinstance(found, dg.RunRequest), found
        return found

    def launch(self, request: dg.RunRequest) -> bool:
        result = self.job.execute_in_process(
            instance=self.instance,
            asset_selection=request.asset_selection,
            tags=dict(request.tags),
            run_config=QUIET,
            raise_on_error=False,
        )
        return result.success

    def load(self, key: str, content: bytes) -> None:
        """Land an object and load it as the sensor asks."""
        self.place.store.put(key, content)
        assert self.launch(self.request())

    def people(self) -> list[tuple[int]]:
        return self.place.rows(
            "select person_id from vault.h_people where batch_id <> 'ghost' order by 1", "town"
        )


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    folder = str(tmp_path_factory.mktemp("dagster"))
    overrides = {"telemetry": {"enabled": False}}
    with dg.DagsterInstance.local_temp(folder, overrides=overrides) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, instance: dg.DagsterInstance) -> Iterator[Town]:
    with single_process_place(tmp_path) as place:
        (tmp_path / "landing").mkdir()
        yield Town(place, instance)
    instance.wipe()


def test_nothing_landed_nothing_asked(home: Town) -> None:
    assert home.tick() == "no new objects"


def test_repeated_ticks_ask_for_the_same_run(home: Town) -> None:
    home.place.store.put(KEY, ANN)
    first, second = home.request(), home.request()
    assert first.run_key == second.run_key
    assert first.tags == second.tags


def test_an_object_is_loaded_once(home: Town) -> None:
    home.load(KEY, ANN)
    assert home.people() == [(1,)]
    assert home.tick() == "no new objects"


def test_only_what_hangs_on_the_source_is_selected(home: Town) -> None:
    home.place.store.put("town/shops/1.csv", b"id\n1\n")
    keys = {key.to_user_string() for key in home.request().asset_selection or ()}
    assert keys == {"town/landing/shops", "town/stage/shops"}


def test_other_content_under_the_key_is_a_new_batch(home: Town) -> None:
    home.load(KEY, ANN)
    home.load(KEY, BOB)
    assert home.people() == [(1,), (2,)]
    assert home.place.rows(BATCHES, "town") == [(KEY, False), (KEY, False)]


def test_contents_a_b_a_are_three_batches_of_which_the_third_names_the_first(
    place: Place, instance: dg.DagsterInstance
) -> None:
    served = Town(place, instance)
    for content in (ANN, BOB, ANN):
        served.load(KEY, content)
    assert place.rows(BATCHES, "town") == [(KEY, False), (KEY, False), (KEY, True)]
    assert served.people() == [(1,), (2,)]
    assert served.tick() == "no new objects"


def test_a_crash_between_registering_and_loading_is_picked_up(home: Town) -> None:
    home.place.store.put(KEY, ANN)
    with home.place.lake("town") as lake:
        register(lake, home.place.store, home.warehouse, "people")
    request = home.request()
    assert home.launch(request)
    assert home.people() == [(1,)]
    assert home.tick() == "no new objects"


def test_work_that_fails_is_tried_three_times_then_left_to_a_person(
    home: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.place.store.put(KEY, ANN)
    with home.place.lake("town") as lake:
        register(lake, home.place.store, home.warehouse, "people")
    with monkeypatch.context() as patch:
        patch.setattr("vault_assets.orchestration.io_manager.stage_batches", _fails)
        keys = []
        for _ in range(MAX_ATTEMPTS):
            request = home.request()
            keys.append(request.run_key)
            assert not home.launch(request)
        assert len(set(keys)) == MAX_ATTEMPTS
        assert "were tried 3 times" in str(home.tick())
    home.place.store.put("town/people/other.csv", BOB)
    assert home.launch(home.request())
    assert home.people() == [(1,), (2,)]


def _fails(*_: object, **__: object) -> None:
    raise TargetError("the disk is full")


def test_while_a_run_is_at_work_nothing_is_asked(home: Town) -> None:
    run = _started(home.instance, {WAREHOUSE_TAG: "town"})
    home.place.store.put(KEY, ANN)
    assert run.run_id in str(home.tick())


def test_a_run_that_a_person_started_counts_as_at_work(home: Town) -> None:
    run = _started(home.instance, {}, {dg.AssetKey(["town", "vault", "h_people"])})
    home.place.store.put(KEY, ANN)
    assert run.run_id in str(home.tick())


def test_a_run_of_another_warehouse_is_no_reason_to_wait(home: Town) -> None:
    _started(home.instance, {WAREHOUSE_TAG: "village"})
    home.place.store.put(KEY, ANN)
    assert home.request()


def test_a_run_whose_process_died_stops_nothing_for_long(
    home: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _started(home.instance, {WAREHOUSE_TAG: "town"})
    home.place.store.put(KEY, ANN)
    assert run.run_id in str(home.tick())
    later = time.time() + SILENCE + 1
    monkeypatch.setattr("vault_assets.orchestration.active_runs.time.time", lambda: later)
    assert home.request()


def _started(
    instance: dg.DagsterInstance,
    tags: dict[str, str],
    assets: set[dg.AssetKey] | None = None,
) -> dg.DagsterRun:
    run = dg.DagsterRun(
        job_name="job",
        status=dg.DagsterRunStatus.STARTED,
        tags=tags,
        asset_selection=frozenset(assets) if assets else None,
    )
    return instance.add_run(run)


def test_a_store_that_does_not_answer_is_a_failed_tick(
    home: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("access denied")

    monkeypatch.setattr("vault_assets.orchestration.sensors.find_work", refuse)
    with pytest.raises(StoreError, match="access denied"):
        home.tick()


def test_ten_thousand_objects_are_one_run_and_few_seconds(home: Town) -> None:
    folder = home.place.folder / "landing" / "town" / "people"
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"{number}.csv").write_bytes(ANN)
    began = time.process_time()
    request = home.request()
    assert time.process_time() - began < 15
    assert len(str(request.run_key)) < 100
    assert home.request().run_key == request.run_key
