"""Record tracking, reference tables, and rows in the order of declared columns."""

from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from vault_assets.hashing import key_hash
from vault_assets.loading.judging import judge_vault_table
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.loading.retention import compact_tracking
from vault_assets.model import parse_type
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source, warehouse


def records(**tables: Any) -> dict[str, Any]:
    return {
        "sources": {"people": source({"person": "text", "city": "text", "at": "integer"})},
        "hubs": {"h_people": {"keys": "person", "from": "people"}},
        **tables,
    }


def test_record_tracking_knows_each_batch_that_delivered_a_key() -> None:
    tracking = {"rt_people": {"parent": "h_people", "from": "people"}}
    with memory_lake() as lake:
        house = House(lake, warehouse(**records(record_tracking_satellites=tracking)))
        house.land("people", ("k", None, 1), ("k", None, 1), (None, None, 1))
        house.land("people", ("k", None, 1))
        house.land("people", ("m", None, 1))
        late = house.announce("people", ("k", None, 1))
        house.land("people", ("m", None, 1))
        house.load()
        house.stage(late)
        house.load()
        assert house.rows("rt_people", "hk_people batch_id load_ts") == [
            ("k", "people-1", 1),
            ("k", "people-2", 2),
            ("k", "people-4", 4),
            ("m", "people-3", 3),
            ("m", "people-5", 5),
        ]
        assert house.counters("rt_people")["people-1"] == (3, 1, 0, 1, 1)


def tracking(**changes: Any) -> dict[str, Any]:
    table = {"parent": "h_people", "from": "people", **changes}
    return records(record_tracking_satellites={"rt_people": table})


def delivered(house: House, *batches: str) -> None:
    """Land a batch for each text, one key per letter."""
    for keys in batches:
        house.land("people", *((key, None, 1) for key in keys))
    house.load()


def intervals(house: House) -> list[tuple[Any, ...]]:
    return house.query(
        "select h.person, first_batch_id, last_batch_id, batches "
        "from vault.rt_people_intervals inner join vault.h_people as h using (hk_people) "
        "order by all"
    )


def test_intervals_are_unbroken_runs_of_batches() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking()))
        delivered(house, "k", "km", "", "k")
        assert intervals(house) == [
            ("k", "people-1", "people-2", 2),
            ("k", "people-4", "people-4", 1),
            ("m", "people-2", "people-2", 1),
        ]


def test_old_batches_are_compacted_and_intervals_stay() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking(keep="1 batch")))
        delivered(house, "k", "k", "km", "", "k", "k")
        before = intervals(house)
        (done,) = compact_tracking(lake, house.warehouse)
        assert (done.rows_before, done.rows_after) == (5, 3)
        assert house.rows("rt_people", "hk_people load_ts until_ts") == [
            ("k", 1, 3), ("k", 5, None), ("k", 6, None), ("m", 3, None),
        ]  # fmt: skip
        assert intervals(house) == before
        assert all(v.passed for v in judge_vault_table(lake, house.warehouse, "rt_people"))
        (again,) = compact_tracking(lake, house.warehouse)
        assert (again.rows_before, again.rows_after) == (3, 3)


def test_a_late_batch_within_a_compacted_run_breaks_it() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking(keep="1 batch")))
        delivered(house, "k")
        late = house.announce("people")
        delivered(house, "k", "k")
        compact_tracking(lake, house.warehouse)
        assert len(house.rows("rt_people", "load_ts")) == 2
        house.stage(late)
        house.load()
        assert intervals(house) == [
            ("k", "people-1", "people-1", 1),
            ("k", "people-3", "people-4", 2),
        ]


def test_days_are_counted_back_from_the_newest_batch() -> None:
    day = 24 * 3600
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking(keep="2 days")))
        for at in (0, day, 3 * day, 4 * day):
            house.land("people", ("k", None, 1), at=at)
        house.load()
        (done,) = compact_tracking(lake, house.warehouse)
        assert (done.rows_before, done.rows_after) == (2, 1)
        assert len(house.rows("rt_people", "batch_id")) == 3


@pytest.mark.parametrize("change", ["load_ts - interval 1 second", "load_ts + interval 1 second"])
def test_the_check_finds_what_is_not_covered_and_what_was_not_delivered(change: str) -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking()))
        delivered(house, "m", "k", "m")
        house.query(f"update vault.rt_people set load_ts = {change} where batch_id = 'people-2'")
        (verdict,) = [
            v
            for v in judge_vault_table(lake, house.warehouse, "rt_people")
            if v.audit.name == "covered"
        ]
        assert verdict.failed_rows == 2


def test_views_of_record_tracking_can_be_taken_away() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**tracking()))
        delivered(house, "k")
        house.warehouse = warehouse(**tracking(views=False))
        delivered(house, "k")
        with pytest.raises(duckdb.CatalogException):
            house.query("from vault.rt_people_intervals")


@pytest.mark.parametrize("keep", ["90", "0 days", "3 weeks", "-1 batches"])
def test_a_retention_is_a_number_of_days_or_batches(keep: str) -> None:
    with pytest.raises(ValidationError, match="keep"):
        warehouse(**tracking(keep=keep))


def test_a_changed_description_of_a_code_is_a_new_version() -> None:
    declared = {
        "sources": {"countries": source({"code": "text", "name": "text"}, "full")},
        "reference_tables": {
            "ref_countries": {"code": "code", "payload": "name", "from": "countries"}
        },
    }
    with memory_lake() as lake:
        house = House(lake, warehouse(**declared))
        house.land("countries", ("RU", "Russia"), ("FR", "France"))
        house.land("countries", ("RU", "Rossiya"), ("FR", "France"), (None, "Nowhere"))
        house.load()
        assert house.rows("ref_countries", "code name load_ts") == [
            ("FR", "France", 1),
            ("RU", "Rossiya", 2),
            ("RU", "Russia", 1),
        ]
        assert house.quarantined("countries", "ref_countries") == [
            ("countries-2", 4, "null_key:code")
        ]
        assert house.query("select count(*) from vault.ref_countries where batch_id = 'ghost'") == [
            (2,)
        ]


def test_a_reference_table_of_numbers_has_no_ghosts() -> None:
    declared = {
        "sources": {"codes": source({"code": "integer", "name": "text"}, "full")},
        "reference_tables": {"ref_codes": {"code": "code", "payload": "name", "from": "codes"}},
    }
    with memory_lake() as lake:
        house = House(lake, warehouse(**declared))
        house.land("codes", (1, "one"), (2, None))
        house.load()
        assert house.query("select code, name from vault.ref_codes order by 1") == [
            (1, "one"),
            (2, None),
        ]


def regions(**changes: Any) -> dict[str, Any]:
    columns = {"country": "text", "region": "integer", "title": "text"}
    table = {"code": ["country", "region"], "payload": "title", "from": "regions", **changes}
    return {
        "sources": {"regions": source(columns, "full")},
        "reference_tables": {"ref_regions": table},
    }


def test_a_code_of_several_columns_has_versions_of_its_own() -> None:
    with memory_lake() as lake:
        house = House(lake, warehouse(**regions()))
        house.land("regions", ("FR", 1, "North"), ("FR", 2, "South"), ("IT", 1, "Alps"))
        house.land("regions", ("FR", 1, "Nord"), ("IT", 1, "Alps"), ("IT", None, "x"))
        loaded = house.load()
        assert all(verdict.passed for verdict in loaded.verdicts)
        versions = [
            ("FR", 1, "Nord", 2),
            ("FR", 1, "North", 1),
            ("FR", 2, "South", 1),
            ("IT", 1, "Alps", 1),
        ]
        assert house.rows("ref_regions", "country region title load_ts") == versions
        assert house.quarantined("regions", "ref_regions") == [
            ("regions-2", 4, "null_key:rk_regions")
        ]
        types = [parse_type("text"), parse_type("integer")]
        keys = house.query("select rk_regions from vault.ref_regions where region = 2")
        assert keys == [(key_hash(["FR", 2], types),)]
        assert house.query("select count(*) from vault.ref_regions where batch_id = 'ghost'") == [
            (2,)
        ]
        before = house.contents("ref_regions")
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert house.contents("ref_regions") == before


def test_parts_of_a_code_are_not_confused() -> None:
    declared = regions()
    declared["sources"]["regions"]["columns"]["region"] = "text"
    with memory_lake() as lake:
        house = House(lake, warehouse(**declared))
        house.land("regions", ("a|", "b", "x"), ("a", "|b", "y"), ("", "", "z"))
        house.load()
        assert len(house.rows("ref_regions", "country")) == 3


@pytest.mark.parametrize(
    ("column", "message"), [("float", "floats cannot be keys"), ("text", "elsewhere")]
)
def test_codes_that_cannot_be_hashed_are_refused(column: str, message: str) -> None:
    declared = regions(hash_key="hk_places")
    declared["sources"]["regions"]["columns"]["region"] = column
    declared["hubs"] = {"h_places": {"keys": "country", "from": "regions"}}
    with pytest.raises(ValidationError, match=message):
        warehouse(**declared)


def test_rows_of_one_key_follow_each_other_by_the_declared_columns() -> None:
    satellite = {"parent": "h_people", "payload": "city", "order": ["at"], "from": "people"}
    with memory_lake() as lake:
        house = House(lake, warehouse(**records(satellites={"s_people": satellite})))
        house.land("people", ("k", "C", 3), ("k", "A", 1), ("k", "B", 2), ("m", "X", 1))
        house.load()
        assert house.rows("s_people", "hk_people load_seq city") == [
            ("k", 0, "A"),
            ("k", 1, "B"),
            ("k", 2, "C"),
            ("m", 0, "X"),
        ]
