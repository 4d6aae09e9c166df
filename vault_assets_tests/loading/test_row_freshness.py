"""Sources say how old the newest value of a column may be: one limit warns, one fails."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse
from vault_assets_tests.loading.lakes import memory_lake

COLUMNS = {"id": "integer", "updated_at": "timestamp", "day": "date"}


def house(**freshness: Any) -> Warehouse:
    people = {"objects": "people/*.csv", "columns": COLUMNS, "freshness": freshness}
    return Warehouse.model_validate({"name": "town", "sources": {"people": people}})


def failing(folder: Path, warehouse: Warehouse, *ages: float) -> dict[str, str]:
    """Return the freshness checks that fail, with rows of these ages in hours."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    (folder / "people").mkdir()
    for number, age in enumerate(ages):
        time = now - dt.timedelta(hours=age)
        text = f"id,updated_at,day\n1,{time:%Y-%m-%d %H:%M:%S},{time:%Y-%m-%d}\n"
        (folder / "people" / f"{number}.csv").write_text(text)
    with memory_lake() as lake:
        store = LocalFolder(folder)
        register(lake, store, warehouse, "people")
        stage_batches(lake, store, warehouse, "people", run_id="first")
        # A run without anything new judges, too.
        again = stage_batches(lake, store, warehouse, "people", run_id="second")
    return {
        verdict.audit.name: verdict.audit.severity
        for verdict in again.verdicts
        if verdict.audit.name in {"fresh_rows", "not_outdated"} and not verdict.passed
    }


WARNS, FAILS = {"fresh_rows": "warn"}, {"fresh_rows": "warn", "not_outdated": "error"}


@pytest.mark.parametrize(
    ("ages", "expected"),
    [([1.0], {}), ([100.0, 23.9], {}), ([24.1], WARNS), ([47.9], WARNS), ([48.1], FAILS)],
)
def test_the_newest_value_warns_after_24_hours_and_fails_after_48(
    tmp_path: Path, ages: list[float], expected: dict[str, str]
) -> None:
    assert failing(tmp_path, house(column="updated_at"), *ages) == expected


def test_limits_are_settings_and_a_date_is_its_midnight(tmp_path: Path) -> None:
    limits = house(column="day", warn_hours=100, error_hours=200)
    assert failing(tmp_path, limits, 130.0) == WARNS


@pytest.mark.parametrize(
    ("freshness", "message"),
    [
        ({"column": "update_at"}, "did you mean 'updated_at'"),
        ({"column": "id"}, "is integer, no time"),
        ({"column": "day", "warn_hours": 50}, "above error_hours 48"),
        ({"column": "day", "warn_hours": 0}, "greater than 0"),
    ],
)
def test_limits_that_cannot_be_are_refused(freshness: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        house(**freshness)
