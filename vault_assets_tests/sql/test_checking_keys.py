"""What is wrong with marts by key is told with file, line and hint."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.model.reading import line_of, located, read_warehouse
from vault_assets.sql.checking import check_plans
from vault_assets.sql.feeding import feeds_of
from vault_assets.sql.tracing import mart_lineage, mart_tables
from vault_assets_tests.loading.keyed_towns import TOUCHED, visits_town

PARTITION = {"column": "began", "grain": "hour", "start": "2024-01-01", "changed": TOUCHED}


def declared(tmp_path: Path, place: tuple[str, ...], value: Any) -> Path:
    """Write a declaration whose mart `sessions` has something else at this place."""
    whole = yaml.safe_load(
        yaml.safe_dump(visits_town().model_dump(mode="json", by_alias=True, exclude_unset=True))
    )
    part = whole["marts"]["sessions"]
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    path = tmp_path / "defs.yaml"
    path.write_text(yaml.safe_dump({"type": "vault_assets.Warehouse", "attributes": whole}))
    return path


def test_what_is_right_passes() -> None:
    check_plans(visits_town())


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("incremental", "key"), "sesion", "did you mean 'session'?"),
        (("incremental", "changed"), "select session from stage.visits", "not read new_batches"),
        (("incremental", "changed"), "select session from new_batches, stage.visit", "'stage.vis"),
        (("incremental", "changed"), TOUCHED.replace("before.session\n", "s.page\n"), "the key is"),
        (("kind",), "view", "is of tables"),
        (("sql",), "select session from stage.visits", "does not read changed_keys"),
        (("sql",), "select 1 as session from changed_keys", "nothing that the query reads"),
    ],
)
def test_mistakes_have_file_line_and_hint(
    tmp_path: Path, place: tuple[str, ...], value: Any, said: str
) -> None:
    path = declared(tmp_path, place, value)
    with pytest.raises(ValidationError) as error:
        check_plans(read_warehouse(path))
    first = line_of(yaml.compose(path.read_text()), ("attributes", "marts", "sessions"))
    lines = str(located(path, error.value)).splitlines()
    (told,) = (line for line in lines if "marts.sessions" in line and said in line)
    assert int(told.removeprefix(f"{path}:").partition(":")[0]) >= first


def test_a_mart_is_replaced_in_one_way(tmp_path: Path) -> None:
    path = declared(tmp_path, ("partition",), PARTITION)
    with pytest.raises(DeclarationError, match="a mart is replaced in one way") as error:
        read_warehouse(path)
    assert str(error.value).startswith(f"{path}:63: marts.sessions")


@pytest.mark.parametrize(
    ("key", "said"), [([], "at least 1"), (["session", "session"], "names a column twice")]
)
def test_a_key_has_columns_and_each_once(tmp_path: Path, key: list[str], said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        read_warehouse(declared(tmp_path, ("incremental", "key"), key))


def test_the_temp_table_is_neither_a_dependency_nor_in_the_way_of_lineage() -> None:
    found = visits_town()
    assert mart_tables(found, "sessions") == [("stage", "visits")]
    assert mart_lineage(found, "sessions")["seconds"] == [("stage", "visits", "seconds")]


def test_marts_by_key_and_by_partition_feed_each_other() -> None:
    assert sorted(feeds_of(visits_town(), "busy")) == [
        ("mart.days", "visits"), ("mart.sessions", "visits"), ("stage.visits", "visits"),
    ]  # fmt: skip
