"""What is wrong with layouts, partitions, views and exports is told with file, line and hint."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.loading.exporting import refuse_landing_keys
from vault_assets.model.reading import line_of, located, read_warehouse
from vault_assets.sql.checking import check_plans
from vault_assets_tests.loading.partitioned_towns import TOUCHED, deeds_town
from vault_assets_tests.loading.test_mart_views import MARTS
from vault_assets_tests.loading.test_mart_views import views as view_town

PARTITION = {"column": "done_on", "start": "2024-01-01", "changed": TOUCHED}


def test_what_is_right_passes() -> None:
    check_plans(deeds_town(daily={"export": {"key": "x/{done_on}.csv", "order_by": "person"}}))
    check_plans(view_town())


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("partition", "column"), "done_at", "did you mean 'done_on'?"),
        (("partition", "changed"), "select 1", "does not read new_batches"),
        (("partition", "changed"), "from new_batches, stage.deed", "did you mean 'stage.deeds'?"),
        (("layout",), {"sort_by": ["persons"]}, "did you mean 'person'?"),
        (("layout",), {"partition_by": ["bucket(3, persons)"]}, "did you mean 'person'?"),
        (("export",), {"key": "a/{day}.csv"}, "no partition 'day'"),
        (("export",), {"key": "a.csv", "order_by": "persons"}, "did you mean 'person'?"),
        (("export",), {"key": "a.csv", "leave_out": "persons"}, "did you mean 'person'?"),
        (("kind",), "view", "is of tables"),
        (("key",), ["persons"], "did you mean 'person'?"),
        (("sql",), "select 1 as done_on, 1 as person", "does not read changed_partitions"),
    ],
)
def test_mistakes_of_a_mart_have_file_line_and_hint(
    tmp_path: Path, place: tuple[str, ...], value: Any, said: str
) -> None:
    declared = yaml.safe_load(
        yaml.safe_dump(deeds_town().model_dump(mode="json", by_alias=True, exclude_unset=True))
    )
    part = declared["marts"]["daily"]
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    path = tmp_path / "defs.yaml"
    path.write_text(yaml.safe_dump({"type": "vault_assets.Warehouse", "attributes": declared}))
    warehouse = read_warehouse(path)
    with pytest.raises(ValidationError) as error:
        check_plans(warehouse)
    first = line_of(yaml.compose(path.read_text()), ("attributes", "marts", "daily"))
    told = str(located(path, error.value))
    assert said in told
    assert int(told.removeprefix(f"{path}:").partition(":")[0]) >= first


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sql": "select done_at from stage.deeds where $day = $night"}, "no parameter 'night'"),
        ({"sql": "select hours as h from stage.deeds where day = $day"}, "write it with its table"),
        ({"parameters": {"day": "2024-05-01", "days": 1}}, "parameter is {type, default}"),
        ({"key": ["person"]}, "needs a default for every parameter"),
    ],
)
def test_mistakes_of_a_view_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("{", r"\{").replace("'", ".")):
        check_plans(view_town(recent={**MARTS["recent"], **change}))


def test_layouts_of_stages_and_vault_tables_are_checked() -> None:
    declared = deeds_town().model_dump(by_alias=True, exclude_unset=True)
    declared["sources"]["deeds"]["layout"] = {"partition_by": ["hour(person)"]}
    declared["hubs"]["h_people"]["layout"] = {"sort_by": "persn"}
    warehouse = type(deeds_town()).model_validate(declared)
    with pytest.raises(ValidationError) as error:
        check_plans(warehouse)
    assert "'person' is text: it has no hour" in str(error.value)
    assert "did you mean 'person'?" in str(error.value)


def test_a_file_that_would_be_loaded_again_is_refused() -> None:
    warehouse = deeds_town(daily={"export": {"key": "x/daily.csv"}})
    with pytest.raises(DeclarationError, match="would be loaded as objects of source 'deeds'"):
        refuse_landing_keys(warehouse, "daily")
