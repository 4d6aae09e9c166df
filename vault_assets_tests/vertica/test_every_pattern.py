"""Every pattern on the stand-in, from files: the rows that a lake in memory has."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault_assets.api import Vault
from vault_assets.model import Warehouse
from vault_assets.targets.vertica import Vertica
from vault_assets_tests.api.test_every_pattern_given_rows import EXPECTED, GIVEN, WHOLE
from vault_assets_tests.api.vaults import day, rows
from vault_assets_tests.vertica.houses import settings_of
from vault_assets_tests.vertica_server.server import Server

pytestmark = pytest.mark.slow
TABLES = [name for _, name, _ in Warehouse.model_validate(WHOLE).vault_tables()]


@pytest.fixture(scope="module")
def vault(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    folder = tmp_path_factory.mktemp("vertica")
    house = Vertica("shop", settings_of(server, folder))
    with Vault(Warehouse.model_validate(WHOLE), house) as opened:
        for name, deliveries in GIVEN.items():
            for number, delivered in enumerate(deliveries, start=1):
                opened.add_batch(
                    name,
                    _file(folder / f"{name}-{number}.csv", name, delivered),
                    load_ts=day(number),
                    record_source=("first", "second")[number - 1],
                )
        for name in TABLES:
            failed = [v.audit.name for v in opened.load(name).verdicts if not v.passed]
            assert failed in ([], ["changed_ignored"]), name
        yield opened


def _file(path: Path, name: str, delivered: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(WHOLE["sources"][name]["columns"])
        writer.writerows(delivered)
    return path


@pytest.mark.parametrize("name", [name for name in TABLES if name in EXPECTED])
def test_a_table_has_the_rows_that_it_has_in_a_lake(vault: Vault, name: str) -> None:
    columns, wanted = EXPECTED[name]
    assert rows(vault, name, columns) == wanted
