"""Normalized texts and derived columns: what the vault knows of a row beyond the file."""

from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets import hashing
from vault_assets.errors import TargetError
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse


def people(derived: dict[str, Any], **changes: Any) -> dict[str, Any]:
    columns = {"person": {"type": "text", "normalize": ["trim", "upper"]}, "age": "integer"}
    return {
        "sources": {"people": {**source(columns), "derived": derived}},
        "hubs": {"h_people": {"keys": "person", "from": "people"}},
        "satellites": {
            "s_people": {"parent": "h_people", "payload": ["age", *derived], "from": "people"}
        },
        **changes,
    }


ADULT = {"is_adult": {"type": "boolean", "sql": "age >= 18", "description": "Of age."}}


def test_a_normalized_key_is_stored_and_hashed_as_it_became() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**people({})))
        house.land("people", (" Ann ", 1), ("ann", 1), ("bob", 2))
        house.load()
        assert house.rows("h_people", "person") == [("ANN",), ("BOB",)]
        kind = house.warehouse.sources["people"].columns["person"].type
        keys = house.query("select hk_people from vault.h_people where person = 'ANN'")
        assert keys == [(hashing.key_hash(["ANN"], [kind]),)]


def test_a_derived_column_is_a_column_like_others() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**people(ADULT)))
        house.land("people", ("ann", 17), ("bob", 18), ("cid", None))
        house.load()
        assert house.rows("s_people", "hk_people age is_adult") == [
            ("ANN", 17, False),
            ("BOB", 18, True),
            ("CID", None, None),
        ]


def test_a_derived_column_may_be_a_key() -> None:
    tenant = {"tenant": {"type": "text", "sql": "'north'"}}
    with memory_lake() as lake:
        declared = people(tenant, satellites={})
        declared["hubs"]["h_people"]["keys"] = ["tenant", "person"]
        house = House(lake, warehouse(**declared))
        house.land("people", ("ann", 1))
        house.load()
        assert house.rows("h_people", "tenant person") == [("north", "ANN")]


def test_a_derived_column_that_is_added_is_computed_for_kept_rows() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**people({}, satellites={})))
        house.land("people", ("ann", 17))
        house.load()
        house.warehouse = warehouse(**people(ADULT))
        house.land("people", ("bob", 18))
        house.load()
        assert house.query("select person, is_adult from stage.people order by 1") == [
            ("ANN", False),
            ("BOB", True),
        ]
        assert house.rows("s_people", "hk_people is_adult") == [("ANN", False), ("BOB", True)]


def test_an_expression_that_fails_says_so() -> None:
    broken = {"year": {"type": "integer", "sql": "cast(person as integer)"}}
    with memory_lake() as lake:
        house = House(lake, warehouse(**people(broken)))
        with pytest.raises(TargetError, match="ANN"):
            house.land("people", ("ann", 1))


@pytest.mark.parametrize(
    ("columns", "derived", "message"),
    [
        ({"n": {"type": "integer", "normalize": ["trim"]}}, {}, "only texts"),
        ({"n": "integer"}, {"n": {"type": "integer", "sql": "1"}}, "of the file and derived"),
        ({"n": "integer"}, {"load_ts": {"type": "integer", "sql": "1"}}, "has already"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    columns: dict[str, Any], derived: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        warehouse(sources={"x": {**source(columns), "derived": derived}})
