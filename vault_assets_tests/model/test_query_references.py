"""Mistakes in the declaration of query tables are found, with their place and the nearest name."""

from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.model import Warehouse
from vault_assets_tests.loading.query_towns import query_town
from vault_assets_tests.loading.warehouses import source

PIT = {"hub": "h_people", "satellites": ["s_changes"], "snapshots": "control"}
BRIDGE = {
    "path": ["h_teams", "l_moves", "h_people"],
    "effectivity": {"l_moves": "e_moves"},
    "snapshots": "control",
}


def test_what_is_right_is_taken() -> None:
    found = query_town(pits={"p": PIT}, bridges={"b": BRIDGE})
    assert [(field, name) for field, name, _ in found.query_tables()] == [
        ("snapshots", "control"), ("pits", "p"), ("bridges", "b"),
    ]  # fmt: skip
    assert ("vault", "p") in {(layer, name) for layer, name, _ in found.tables()}


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"hub": "h_person"}, ("hub",), "did you mean 'h_people'?"),
        ({"hub": None}, (), "either `hub` or `link`"),
        ({"link": "l_moves"}, (), "either `hub` or `link`"),
        ({"snapshots": "controls"}, ("snapshots",), "did you mean 'control'?"),
        ({"satellites": ["s_change"]}, ("satellites", 0), "did you mean 's_changes'?"),
        ({"satellites": ["e_moves"]}, ("satellites", 0), "no satellite of h_people 'e_moves'"),
        ({"satellites": ["s_acts"]}, ("satellites", 0), "events have no state"),
        ({"satellites": ["s_changes", "s_changes"]}, ("satellites",), "twice"),
        ({"satellites": []}, ("satellites",), "at least 1"),
    ],
)
def test_a_pit_that_does_not_fit_is_refused(change: Any, place: Any, said: str) -> None:
    assert_mistake(("pits", "p", *place), said, pits={"p": PIT | change})


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"path": ["h_teams", "l_move", "h_people"]}, ("path", 1), "did you mean 'l_moves'?"),
        ({"path": ["h_team", "l_moves", "h_people"]}, ("path", 0), "did you mean 'h_teams'?"),
        ({"path": ["h_teams", "l_moves", "h_people", "l_moves"]}, ("path",), "ends with a link"),
        ({"path": ["h_teams", "l_moves", "h_teams"]}, ("path", 1), "does not say how it leads"),
        (
            {"path": ["h_teams", {"l_moves": ["hk_team", "hk_people"]}, "h_people"]},
            ("path", 1),
            "did you mean 'hk_teams'?",
        ),
        (
            {"path": ["h_teams", {"l_moves": ["hk_people", "hk_teams"]}, "h_people"]},
            ("path", 1),
            "is a key of 'h_people', not of 'h_teams'",
        ),
        ({"effectivity": {"l_leads": "e_leads"}}, ("effectivity", "l_leads"), "link of the path"),
        ({"effectivity": {"l_moves": "e_leads"}}, ("effectivity", "l_moves"), "known: e_moves"),
    ],
)
def test_a_bridge_that_does_not_fit_is_refused(change: Any, place: Any, said: str) -> None:
    assert_mistake(("bridges", "b", *place), said, bridges={"b": BRIDGE | change})


@pytest.mark.parametrize(
    ("name", "said"),
    [("h_people", "of 'hubs' too"), ("s_people_current", "of 'the views of s_people' too")],
)
def test_a_name_is_given_once(name: str, said: str) -> None:
    assert_mistake(("pits", name), said, pits={name: PIT})


@pytest.mark.parametrize(
    "change",
    [{"keep": {"daily": 0}}, {"keep": {"hourly": 1}}, {"every": "second"}, {"offset_hours": -1}],
)
def test_rules_that_make_no_sense_are_refused(change: Any) -> None:
    with pytest.raises(ValidationError):
        query_town(snapshots={"control": change})


def test_a_hub_in_three_roles_needs_the_two_that_are_meant() -> None:
    parts = {
        "name": "test",
        "sources": {"rows": source({"a": "text", "b": "text", "c": "text"})},
        "hubs": {
            "h": {
                "keys": "k",
                "from": [
                    {"stage": "rows", "columns": {"k": role}, "role": f"hk_{role}"}
                    for role in "abc"
                ],
            }
        },
        "links": {
            "l_rows": {
                "hubs": {f"hk_{role}": "h" for role in "abc"},
                "from": {"stage": "rows", "keys": {f"hk_{role}": role for role in "abc"}},
            }
        },
        "snapshots": {"control": {}},
        "bridges": {"b": {"path": ["h", "l_rows", "h"], "snapshots": "control"}},
    }
    with pytest.raises(ValidationError, match="does not say how it leads"):
        Warehouse.model_validate(parts)


def assert_mistake(place: tuple[Any, ...], said: str, **parts: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        query_town(**parts)
    mistakes = caught.value.errors()
    assert any(m["loc"] == place and said in m["msg"] for m in mistakes), mistakes
