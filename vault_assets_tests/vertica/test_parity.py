"""A warehouse loaded into a lake in memory and on the stand-in has the same rows in both."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from vault_assets.settings import Settings
from vault_assets.targets.memory import MemoryLake
from vault_assets.targets.vertica import Vertica
from vault_assets_tests.vertica.houses import settings_of
from vault_assets_tests.vertica.parity import Load, contents, declared, fix_clock, land, tables
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.timeout(600)

WAREHOUSES = {
    "social": 0.002,
    "commerce": 0.01,
    "engagement": 0.01,
    "clickstream": 0.0005,
    "audio": 0.0003,
}
LONG = ("clickstream", "audio")
PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.long] if name in LONG else [pytest.mark.slow])
    for name in WAREHOUSES
]


@dataclass(frozen=True)
class Both:
    """One warehouse in both databases, and what its loads have said."""

    lake: MemoryLake
    vertica: Vertica
    load: Load
    said: dict[str, tuple[Any, Any]]


@pytest.fixture(scope="module", params=PARAMETERS)
def both(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    name: str = request.param
    folder = tmp_path_factory.mktemp(name)
    land(name, folder / "landing", WAREHOUSES[name])
    settings = settings_of(server, folder)
    local = Settings.model_construct(**{**settings.model_dump(), "target": "ducklake"})
    house = declared(name)
    with MemoryLake(name) as lake, Vertica(name, settings) as vertica:
        said = []
        for target, given in ((lake, local), (vertica, settings)):
            with pytest.MonkeyPatch.context() as patch:
                fix_clock(patch)
                said.append(dict(Load(target, given, house).run()))
        load = Load(vertica, settings, house)
        yield Both(lake, vertica, load, {key: (said[0][key], said[1][key]) for key in said[0]})


def test_the_tables_are_the_same(both: Both) -> None:
    assert tables(both.vertica) == tables(both.lake)


def test_every_table_has_the_same_rows(both: Both) -> None:
    different = {}
    for table, columns in tables(both.lake).items():
        ours, theirs = (contents(t, table, columns) for t in (both.vertica, both.lake))
        if ours != theirs:
            different[".".join(table)] = (list(ours - theirs)[:2], list(theirs - ours)[:2])
    assert different == {}


def test_the_checks_have_the_same_verdicts(both: Both) -> None:
    for table, (lake, vertica) in both.said.items():
        for ours, theirs in zip(
            getattr(vertica, "verdicts", ()), getattr(lake, "verdicts", ()), strict=True
        ):
            assert (table, ours.audit.name, ours.failed_rows) == (
                table,
                theirs.audit.name,
                theirs.failed_rows,
            )


def test_the_same_batches_again_change_nothing(both: Both) -> None:
    found = tables(both.vertica)
    before = {table: contents(both.vertica, table, columns) for table, columns in found.items()}
    for _ in both.load.run("again"):
        pass
    after = {table: contents(both.vertica, table, columns) for table, columns in found.items()}
    assert after == before
