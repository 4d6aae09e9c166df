"""Layers of a warehouse's own: what they are called, and what cannot be."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.model.reading import read_warehouse
from vault_assets.sql.checking import check_plans
from vault_assets.sql.stages import stage_plan
from vault_assets.sql.tracing import mart_lineage, mart_order, mart_tables
from vault_assets_tests.loading.layered_towns import CLICKS, SHOP, clicks, shop
from vault_assets_tests.loading.warehouses import source, warehouse


def labels(found: Any) -> list[str]:
    return [f"{layer}.{name}" for layer, name, _ in found.tables()]


def test_without_layers_they_are_the_four() -> None:
    found = warehouse(sources={"people": source({"person": "text"})}, marts={"m": {"sql": "x"}})
    assert found.layers == ("landing", "stage", "vault", "mart")
    assert labels(found) == ["stage.people", "mart.m"]


def test_every_table_is_in_its_layer() -> None:
    assert labels(clicks()) == [
        "batch.events", "raw.events", "raw.since", "stage.sessions", "mart.hours", "mart.longest",
    ]  # fmt: skip
    assert labels(shop()) == [
        "staging.people", "vault.h_people", "vault.s_people",
        "staging.stg_people", "core.people", "mart.cities",
    ]  # fmt: skip
    assert stage_plan(shop(), "people").quarantine.label == "staging.people_quarantine"


def test_a_mart_with_the_name_of_a_source_is_a_mart() -> None:
    found = clicks()
    assert found.kind_of("batch", "events") == "stage"
    assert found.kind_of("raw", "events") == "mart"
    assert found.kind_of("mart", "hours") == "mart"
    assert shop().kind_of("staging", "stg_people") == "mart"
    assert found.mart_at("batch", "events") is None
    assert found.mart_at("raw", "events") is found.marts["events"]
    assert mart_tables(found, "events") == [("batch", "events")]
    assert mart_lineage(found, "sessions")["session"] == [("raw", "events", "session")]
    assert mart_lineage(found, "events")["session"] == [("batch", "events", "session")]
    assert mart_order(found).index("events") < mart_order(found).index("sessions")
    check_plans(found)
    check_plans(shop())


@pytest.mark.parametrize(
    ("declared", "place", "value", "said"),
    [
        (CLICKS, ("marts", "sessions", "layer"), "stag", "did you mean 'stage'?"),
        (CLICKS, ("marts", "sessions", "layer"), "landing", "no layer of marts 'landing'"),
        (CLICKS, ("marts", "events", "layer"), "batch", "batch.events is the stage or quarantine"),
        (CLICKS, ("layers",), ["landing"], "at least 2"),
        (CLICKS, ("layers",), ["landing", "batch", "raw", "stage", "batch"], "given twice"),
        (CLICKS, ("layers",), ["landing", "batch", "raw", "stage", "main"], "a schema of the"),
        (CLICKS, ("layers",), ["landing", "batch", "raw", "stage", "clicks"], "be ambiguous"),
        (CLICKS, ("layers",), ["landing", "vault", "raw", "stage"], "comes after the layers"),
        (CLICKS, ("layers",), ["landing", "batch", "raw", "stage", "Mart"], "no valid name"),
        (SHOP, ("layers",), ["landing", "staging", "core", "mart"], "needs the layer 'vault'"),
        (SHOP, ("layers",), ["landing", "staging", "core", "vault"], "no layer of marts 'vault'"),
        (SHOP, ("marts", "cities", "layer"), "vault", "no layer of marts 'vault'"),
    ],
)
def test_mistakes_have_file_line_and_hint(
    tmp_path: Path, declared: dict[str, Any], place: tuple[str, ...], value: Any, said: str
) -> None:
    changed = yaml.safe_load(yaml.safe_dump(declared))
    part = changed
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    path = tmp_path / "defs.yaml"
    path.write_text(yaml.safe_dump({"type": "vault_assets.Warehouse", "attributes": changed}))
    with pytest.raises(DeclarationError) as error:
        read_warehouse(path)
    assert said.replace("no valid name", "not a valid name") in str(error.value)
    assert str(error.value).startswith(f"{path}:")


def test_a_mart_named_like_the_quarantine_beside_it_is_refused() -> None:
    marts = SHOP["marts"] | {"people_quarantine": {"layer": "staging", "sql": "select 1 as one"}}
    with pytest.raises(ValidationError, match="stage or quarantine of a source"):
        shop(marts=marts)


def test_marts_that_read_each_other_in_other_layers_are_refused() -> None:
    marts = {
        "events": {"layer": "raw", "sql": "select s.session from stage.sessions as s"},
        "sessions": {"layer": "stage", "sql": "select e.session from raw.events as e"},
    }
    with pytest.raises(DeclarationError, match="marts read each other"):
        check_plans(clicks(marts=marts))
