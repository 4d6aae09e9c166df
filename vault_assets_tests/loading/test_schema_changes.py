"""A declaration may grow; what would break the history of a table is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets.errors import TargetError
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.loading.tables import ensure_vault
from vault_assets.model import Warehouse
from vault_assets.sql.planning import vault_plan
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, town, warehouse

COLUMNS = {"person": "text", "name": "text", "city": "text", "zip": "integer"}


def declared(
    payload: Any = ("name", "city"), columns: dict[str, str] | None = None, **parts: Any
) -> Warehouse:
    """Return a warehouse with one hub and one satellite of this payload."""
    return warehouse(
        **{
            "sources": {"people": source(columns or COLUMNS, "full")},
            "hubs": {"h_people": {"keys": "person", "from": "people"}},
            "satellites": {
                "s_people": {"parent": "h_people", "payload": payload, "from": "people"}
            },
        }
        | parts
    )


@pytest.fixture
def grown() -> Iterator[House]:
    """Give a house with two loaded batches; tests then change its declaration."""
    with memory_lake() as lake:
        house = House(lake, declared())
        house.land("people", ("ann", "A", "Oslo", 1), ("bob", "B", None, 2))
        house.land("people", ("ann", "A", "Rome", 1))
        house.load()
        yield house


def restaged(house: House) -> None:
    """Let the stage follow the declaration, as its next run does."""
    house.land("people")


def test_a_satellite_that_is_declared_later_loads_all_old_batches(grown: House) -> None:
    new = {"parent": "h_people", "payload": ["zip"], "from": "people"}
    grown.warehouse = declared(
        satellites={"s_zip": new, **declared().model_dump(by_alias=True)["satellites"]}
    )
    restaged(grown)
    before = grown.contents("s_people")
    grown.load()
    assert grown.rows("s_zip", "hk_people zip load_ts") == [("ann", 1, 1), ("bob", 2, 1)]
    assert grown.contents("s_people") == before
    assert grown.counters("s_zip")["people-2"] == (1, 0, 1, 0, 0)


def test_a_table_whose_stage_lacks_its_hash_asks_for_the_stage(grown: House) -> None:
    grown.warehouse = declared(
        satellites={"s_zip": {"parent": "h_people", "payload": ["zip"], "from": "people"}}
    )
    with pytest.raises(TargetError, match=r"stage.people: .*'hd_s_zip'.*Load this stage first"):
        grown.load("s_zip")


def test_a_new_column_at_the_end_rehashes_nothing_until_it_has_a_value(grown: House) -> None:
    columns = {**COLUMNS, "mail": "text"}
    before = grown.rows("s_people", "hk_people name city hashdiff load_ts")
    grown.warehouse = declared(["name", "city", "mail"], columns)
    grown.land("people", ("ann", "A", "Rome", 1, None), ("bob", "B", None, 2, "b@x"))
    grown.load()
    after = grown.rows("s_people", "hk_people name city hashdiff load_ts mail")
    assert [row[:-1] for row in after if row[-1] is None] == before
    assert [(row[0], row[-1]) for row in after if row[-1]] == [("bob", "b@x")]
    assert grown.counters("s_people")["people-3"] == (2, 1, 1, 0, 0)


def test_a_known_column_at_the_end_enters_with_the_next_batch(grown: House) -> None:
    """Kept stage rows are hashed with it, so a rebuild knows it from the start."""
    grown.warehouse = declared(["name", "city", "zip"])
    grown.land("people", ("ann", "A", "Rome", 1))
    grown.load()
    history = "hk_people city zip load_ts"
    assert grown.rows("s_people", history) == [
        ("ann", "Oslo", None, 1), ("ann", "Rome", 1, 3), ("ann", "Rome", None, 2),
        ("bob", None, None, 1),
    ]  # fmt: skip
    rebuild_vault(grown.lake, grown.warehouse, run_id="rebuild")
    assert grown.rows("s_people", history) == [
        ("ann", "Oslo", 1, 1), ("ann", "Rome", 1, 2), ("bob", None, 2, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "payload",
    [["city", "name"], ["zip", "name", "city"], ["name", "zip", "city"], ["name"], ["city"],
     {"full_name": "name", "city": "city"}],
    ids=["reordered", "inserted first", "inserted", "last dropped", "first dropped", "renamed"],
)  # fmt: skip
def test_a_payload_that_would_hash_otherwise_is_refused(grown: House, payload: Any) -> None:
    before = grown.contents("s_people")
    grown.warehouse = declared(payload)
    if set(payload) != {"full_name", "city"}:
        with pytest.raises(TargetError, match=r"stage.people: .*'hd_s_people'.*end of a payload"):
            restaged(grown)
    with pytest.raises(TargetError, match=r"'hd_s_people'|vault.s_people: .*end of a payload"):
        grown.load("s_people")
    assert grown.contents("s_people") == before


def test_a_column_of_another_type_is_refused(grown: House) -> None:
    grown.warehouse = declared(columns=COLUMNS | {"city": "integer"})
    with pytest.raises(TargetError, match="'city' is declared integer but stored as VARCHAR"):
        restaged(grown)
    grown.warehouse = declared({"name": "name", "city": "zip"})
    with pytest.raises(TargetError, match="'hd_s_people' is declared as hashdiff of name, zip"):
        restaged(grown)


def test_a_refused_declaration_leaves_no_trace_in_the_stage(grown: House) -> None:
    """When the mistake is undone, no row has been hashed the wrong way."""
    grown.warehouse = declared(["city", "name"])
    with pytest.raises(TargetError, match="hd_s_people"):
        grown.land("people", ("ann", "A", "Rome", 1))
    grown.warehouse = declared()
    grown.stage("people-3")
    grown.load()
    assert grown.counters("s_people")["people-3"] == (1, 0, 1, 0, 0)


def test_a_rebuild_accepts_another_order_of_the_payload(grown: House) -> None:
    grown.warehouse = declared(["city", "name"])
    rebuild_vault(grown.lake, grown.warehouse, run_id="rebuild")
    assert grown.rows("s_people", "hk_people city name load_ts") == [
        ("ann", "Oslo", "A", 1), ("ann", "Rome", "A", 2), ("bob", None, "B", 1),
    ]  # fmt: skip
    grown.land("people", ("ann", "A", "Rome", 1))
    grown.load()
    assert grown.counters("s_people")["people-3"] == (1, 0, 1, 0, 0)


def test_a_hub_with_more_key_parts_is_refused(grown: House) -> None:
    grown.warehouse = declared(
        hubs={"h_people": {"keys": ["person", "zip"], "from": "people"}}, satellites={}
    )
    with pytest.raises(TargetError, match="hk_people"):
        restaged(grown)
    with pytest.raises(TargetError, match=r"stage\.people"):
        grown.load("h_people")


def test_a_hub_may_gain_a_description(grown: House) -> None:
    grown.warehouse = declared(
        hubs={"h_people": {"keys": "person", "payload": "zip", "from": "people"}}
    )
    grown.land("people", ("cat", "C", None, 3))
    grown.load()
    assert grown.rows("h_people", "person zip") == [("ann", None), ("bob", None), ("cat", 3)]


def test_a_hub_may_gain_a_source_with_older_batches(grown: House) -> None:
    parts = declared().model_dump(by_alias=True)
    parts["sources"]["others"] = source({"person": "text"})
    parts["hubs"]["h_people"]["from"] = ["people", "others"]
    grown.warehouse = Warehouse.model_validate(parts)
    grown.land("others", ("ann",), ("dan",), at=0)
    grown.load()
    assert grown.rows("h_people", "person load_ts") == [("ann", 0), ("bob", 1), ("dan", 0)]


@pytest.mark.parametrize("name", ["row_no", "_outcome"])
def test_a_name_that_loads_need_is_refused(name: str) -> None:
    with memory_lake() as lake:
        house = House(lake, declared({name: "name"}))
        house.land("people", ("ann", "A", "Oslo", 1))
        house.load("h_people")
        with pytest.raises(TargetError, match=name):
            house.load("s_people")


def test_an_extension_leaves_existing_tables_untouched() -> None:
    """Deployed without teams first; then with them: rows, times and batches stay."""
    first = ("h_people", "s_people", "s_acts")
    with memory_lake() as lake:
        house = House(lake, town(tables=first, sources=("people", "acts")))
        house.land("people", ("ann", "A", None), ("bob", "B", None))
        house.land("acts", ("ann", "in", 1))
        house.load()
        before = {name: house.contents(name) for name in first}
        applied = house.query("from registry.applied")
        house.warehouse = town()
        house.land("moves", (1, "ann", None), (2, "zoe", None))
        house.load()
        assert {name: house.contents(name) for name in first} == before
        assert house.rows("l_moves", "hk_teams hk_people") == [("1", "ann")]
        kept = house.query("from registry.applied where table_name not like '%moves%'")
        assert set(applied) <= set(kept)


TEAMS = ("h_people", "h_teams", "l_leads", "e_leads", "s_phones")


@pytest.fixture
def led() -> Iterator[House]:
    """Give a house with teams and phones; tests then change its declaration."""
    with memory_lake() as lake:
        house = House(lake, town(tables=TEAMS, sources=("people", "teams", "phones")))
        house.land("people", ("ann", "A", None))
        house.land("teams", (1, "ann", None))
        house.land("phones", ("ann", "home", "1"))
        house.load()
        yield house


CHANGES = {
    "a link with another role": ("l_leads", "links", {
        "hubs": {"hk_teams": "h_teams", "hk_people": "h_people", "hk_deputy": "h_people"},
        "from": {"stage": "teams", "keys": {"hk_people": "leader", "hk_deputy": "leader"}}}),
    "a link with its roles turned round": ("l_leads", "links", {
        "hubs": {"hk_people": "h_people", "hk_teams": "h_teams"},
        "from": {"stage": "teams", "keys": {"hk_people": "leader"}}}),
    "an effectivity with another driving key": ("e_leads", "effectivity_satellites", {
        "link": "l_leads", "driving": "hk_people", "from": "teams"}),
    "an effectivity with one more driving key": ("e_leads", "effectivity_satellites", {
        "link": "l_leads", "driving": ["hk_teams", "hk_people"], "from": "teams"}),
    "sets that become a log": ("s_phones", "multi_active_satellites", {
        "parent": "h_people", "child_keys": "kind", "payload": "number", "append_only": True,
        "from": "phones"}),
}  # fmt: skip


@pytest.mark.parametrize(("table", "field", "other"), CHANGES.values(), ids=CHANGES.keys())
def test_a_table_whose_rows_would_mean_something_else_is_refused(
    led: House, table: str, field: str, other: dict[str, Any]
) -> None:
    parts = led.warehouse.model_dump(by_alias=True)
    parts[field][table] = {"orphans": "pass", **other}
    led.warehouse = Warehouse.model_validate(parts)
    before = led.contents(table)
    with pytest.raises(TargetError):
        led.load(table)
    with pytest.raises(TargetError, match=rf"vault\.{table}: the declaration"):
        led.lake.transaction(
            [], lambda session: ensure_vault(session, vault_plan(led.warehouse, table))
        )
    assert led.contents(table) == before
