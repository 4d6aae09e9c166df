"""A mart refers to the key of another one."""

from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.model import Warehouse
from vault_assets_tests.loading.warehouses import source

DIMENSION = {"sql": "select p.id from stage.people as p", "key": "id"}
FACT = {"sql": "select p.id, p.id as person from stage.people as p"}


def town(target: str, **dimension: Any) -> Warehouse:
    return Warehouse.model_validate(
        {
            "name": "town",
            "sources": {"people": source({"id": "integer"})},
            "marts": {
                "dim_people": DIMENSION | dimension,
                "fct_acts": FACT | {"references": {"person": target}},
            },
        }
    )


def test_a_reference_names_layer_and_mart() -> None:
    assert town("mart.dim_people").marts["fct_acts"].references == {"person": "mart.dim_people"}


@pytest.mark.parametrize(
    ("target", "key", "message"),
    [
        ("mart.dim_peple", "id", "did you mean 'mart.dim_people'"),
        ("dim_people", "id", "did you mean 'mart.dim_people'"),
        ("mart.dim_people", ["id", "load_ts"], "a `key` of one column"),
        ("mart.dim_people", [], "a `key` of one column"),
    ],
)
def test_a_reference_that_cannot_be_is_refused(target: str, key: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        town(target, key=key)
