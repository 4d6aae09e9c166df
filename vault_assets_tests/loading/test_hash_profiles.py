"""Loads with the hash rules of a vault that is taken over, and changes from rules to rules."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from vault_assets import hashing
from vault_assets.errors import TargetError
from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.audits import AuditsFailedError
from vault_assets.loading.pattern_audits import checks_of
from vault_assets.loading.registering import register
from vault_assets.loading.rehashing import refuse_wrong_keys, rehash_stage
from vault_assets.loading.replaying import rebuild_vault
from vault_assets.loading.stage_audits import stage_audits
from vault_assets.loading.staging import stage_batches
from vault_assets.model import Warehouse, parse_type
from vault_assets.settings import Settings
from vault_assets.sql.planning import vault_plan
from vault_assets.sql.stages import stage_plan
from vault_assets_tests.loading.houses import House
from vault_assets_tests.loading.lakes import file_lake, memory_lake
from vault_assets_tests.loading.warehouses import source, town, warehouse

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
TEXT = parse_type("text")
AUTOMATE: dict[str, Any] = {"profile": "automate_dv"}
DV4DBT: dict[str, Any] = {"profile": "datavault4dbt"}
PROFILES = [
    AUTOMATE,
    {**AUTOMATE, "digest": "sha256"},
    DV4DBT,
    {**DV4DBT, "digest": "sha1", "variant": "first"},
]


TABLES = ("h_people", "h_teams", "l_leads", "e_leads", "s_people", "s_phones", "s_acts")
SOURCES = ("people", "phones", "acts", "teams")


def small() -> Warehouse:
    """Return a town with one table of each pattern."""
    return town(tables=TABLES, sources=SOURCES)


def hashed(declared: Warehouse, rules: Any) -> Warehouse:
    """Return the declaration with other hash rules."""
    return Warehouse.model_validate({**declared.model_dump(by_alias=True), "hashing": rules})


def rules_of(house: House) -> Any:
    return hashing.profile_of(house.warehouse.hashing)


def filled(house: House) -> House:
    """Land and load a bit of everything, in order."""
    house.land("people", ("ann", "A", None), ("bob", "B", "x"), ("bob", "C", "x"))
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "2"))
    house.land("acts", ("ann", "in", 1), ("ann", "in", 1))
    house.land("teams", (1, "ann", SINCE), (2, "zoe", SINCE))
    house.load()
    house.land("people", ("ann", "B", None), ("zoe", "Z", None))
    house.land("phones", ("ann", "home", "1"), ("ann", "work", "3"))
    house.land("teams", (1, "bob", SINCE), (2, "zoe", SINCE))
    house.load()
    return house


def legible(house: House) -> dict[str, Any]:
    """Return all rows with business keys for hash keys, and no hash of a payload."""
    found = {}
    for _, name, _ in house.warehouse.vault_tables():
        columns = [c.name for c in vault_plan(house.warehouse, name).table.columns]
        shown = [c for c in columns if c not in ("hashdiff", "set_hash")]
        found[name] = house.rows(name, " ".join(shown)), house.counters(name)
    return found


def contents(house: House) -> dict[str, Any]:
    """Return all rows of the vault, columns by name."""
    return {
        name: sorted(
            house.query(
                "select "
                + ", ".join(c.sql for c in vault_plan(house.warehouse, name).table.columns)
                + f" from vault.{name}"
            ),
            key=repr,
        )
        for _, name, _ in house.warehouse.vault_tables()
    }


@pytest.fixture
def people() -> Iterator[House]:
    """Give a house of people with a name and a city; tests choose its rules."""
    declared = warehouse(
        sources={"people": source({"person": "text", "name": "text", "city": "text"})},
        hubs={"h_people": {"keys": "person", "from": "people"}},
        satellites={
            "s_people": {"parent": "h_people", "payload": ["name", "city"], "from": "people"}
        },
    )
    with memory_lake() as lake:
        yield House(lake, declared)


@pytest.mark.parametrize("rules", PROFILES, ids=str)
def test_every_pattern_loads_the_rows_that_the_default_rules_load(rules: Any) -> None:
    with memory_lake() as lake:
        expected = legible(filled(House(lake, small())))
    with memory_lake() as lake:
        assert legible(filled(House(lake, hashed(small(), rules)))) == expected


def test_unknown_partners_close_relations_with_automate_dv_too() -> None:
    found = []
    for rules in ("vault_assets", AUTOMATE):
        with memory_lake() as lake:
            house = House(lake, hashed(town(), rules))
            house.land("people", ("ann", "A", None), (None, "N", None))
            house.land("moves", (1, "ann", SINCE), (1, None, SINCE), (None, "ann", SINCE))
            house.load()
            quarantined = house.query("select table_name, reason from stage.moves_quarantine")
            found.append((legible(house), sorted(quarantined)))
    assert found[0] == found[1]


@pytest.mark.parametrize("rules", PROFILES, ids=str)
def test_keys_hashdiffs_and_ghosts_are_those_of_the_profile(people: House, rules: Any) -> None:
    people.warehouse = hashed(people.warehouse, rules)
    people.land("people", (" Ann ", "A", 'Os"lo'))
    people.load()
    found = rules_of(people)
    ((key, hashdiff),) = people.query(
        "select hk_people, hashdiff from vault.s_people where batch_id <> 'ghost'"
    )
    payload = ['Os"lo', "A"] if rules["profile"] == "automate_dv" else ["A", 'Os"lo']
    assert key == found.key_hash([" Ann "], [TEXT])
    assert hashdiff == found.hashdiff(payload, [TEXT, TEXT])
    ghosts = people.query("select hk_people from vault.h_people where batch_id = 'ghost'")
    assert sorted(ghosts) == [(found.unknown,), (found.error,)]
    assert isinstance(key, UUID if found.settings.digest == "md5" else str)


def test_a_sorted_payload_is_hashed_as_automate_dv_does(people: House) -> None:
    people.warehouse = hashed(people.warehouse, AUTOMATE)
    people.land("people", ("1", "Ann", "Oslo"))
    people.load()
    found = people.query("select hk_people, hashdiff from vault.s_people where batch_id <> 'ghost'")
    # printf 1 | md5sum; printf 'OSLO||ANN' | md5sum
    assert found == [
        (UUID("c4ca4238a0b923820dcc509a6f75849b"), UUID("e314e7c776fb38ce465713fc78049347"))
    ]


def test_automate_dv_quarantines_rows_without_a_key(people: House) -> None:
    people.warehouse = hashed(people.warehouse, AUTOMATE)
    people.land("people", (None, "N", None), ("  ", "B", None), ("ann", "A", None))
    people.load()
    assert people.rows("h_people", "person") == [("ann",)]
    assert people.quarantined("people", "h_people") == [
        ("people-1", 2, "null_key:hk_people"), ("people-1", 3, "null_key:hk_people"),
    ]  # fmt: skip


@pytest.mark.parametrize("empty", [None, ""])
def test_datavault4dbt_gives_rows_without_a_key_to_the_ghost(people: House, empty: Any) -> None:
    people.warehouse = hashed(people.warehouse, {**DV4DBT, "empty_is_null": empty == ""})
    people.land("people", (empty, "N", None), ("ann", "A", None))
    people.load()
    assert people.rows("h_people", "person") == [("ann",)]
    assert people.counters("h_people") == {"people-1": (2, 1, 1, 0, 0)}
    unknown = hashing.UNKNOWN
    assert people.query(f"select count(*) from vault.h_people where hk_people = '{unknown}'") == [
        (1,)
    ]
    rows = people.query(
        f"select name from vault.s_people where hk_people = '{unknown}' and batch_id <> 'ghost'"
    )
    assert rows == [("N",)]


def test_texts_that_the_rules_mean_to_mix_are_one_key(people: House) -> None:
    people.warehouse = hashed(people.warehouse, AUTOMATE)
    people.land("people", ("ann", "A", None), (" ANN ", "A", None))
    people.load()
    assert people.rows("h_people", "person") == [("ann",)]
    assert people.counters("h_people") == {"people-1": (2, 1, 0, 1, 0)}


def of_two(rules: Any) -> Warehouse:
    """Return hubs with a key of two texts and of one, linked; only deeds name both."""
    pair = source({"a": "text", "b": "text"})
    deeds = source({"a": "text", "b": "text", "c": "text"})
    return warehouse(
        hashing=rules,
        sources={"pairs": pair, "singles": source({"c": "text"}), "deeds": deeds},
        hubs={
            "h_pairs": {"keys": ["a", "b"], "from": "pairs"},
            "h_singles": {"keys": "c", "from": "singles"},
        },
        links={
            "l_deeds": {
                "hubs": {"hk_pairs": "h_pairs", "hk_singles": "h_singles"},
                "from": "deeds",
                "orphans": "pass",
            }
        },
    )


MIXED = {"automate_dv": (("a||b", "c"), ("a", "b||c")),
         "datavault4dbt": (("||", "c"), ("dv4dbt-concat-replacement", "c"))}  # fmt: skip


@pytest.mark.parametrize(("profile", "keys"), MIXED.items())
def test_two_keys_of_one_hash_are_refused_by_the_hub(profile: str, keys: Any) -> None:
    """In one batch, and against what the hub has."""
    for batches in ([keys], [keys[:1], keys[1:]]):
        with memory_lake() as lake:
            house = House(lake, of_two(profile))
            for rows in batches[:-1]:
                house.land("pairs", *rows)
                house.load("h_pairs")
            house.land("pairs", *batches[-1])
            with pytest.raises(AuditsFailedError, match=r"collision \(1 rows\)"):
                house.load("h_pairs")


def test_two_relations_of_one_hash_are_refused_by_the_link() -> None:
    with memory_lake() as lake:
        house = House(lake, of_two("automate_dv"))
        house.land("pairs", ("x", "a"))
        house.land("singles", ("b",))
        house.load("h_pairs", "h_singles")
        house.land("deeds", ("x", "a", "b||c"), ("x", "a||b", "c"))
        with pytest.raises(AuditsFailedError, match=r"collision \(1 rows\)"):
            house.load("l_deeds")


def test_two_keys_of_one_hash_are_refused_by_the_stage(tmp_path: Path) -> None:
    """Also where the stage feeds no hub with them. Blanks and case are lost on purpose."""
    files = LocalFolder(tmp_path / "landing")
    (files.root / "x").mkdir(parents=True)
    (files.root / "x" / "1.csv").write_text("a,b,c\nA, b||c,x\n a,B||C,x\n", encoding="utf-8")
    with memory_lake() as lake:
        house = House(lake, of_two("automate_dv"))
        lake.settings = Settings.model_construct(home=tmp_path)
        register(lake, files, house.warehouse, "deeds")
        staged = stage_batches(lake, files, house.warehouse, "deeds", run_id="test")
        assert staged.total("loaded") == 2
        (files.root / "x" / "2.csv").write_text("a,b,c\na||b,c,x\na,b||c,x\n", encoding="utf-8")
        register(lake, files, house.warehouse, "deeds")
        with pytest.raises(AuditsFailedError, match="collision") as refused:
            stage_batches(lake, files, house.warehouse, "deeds", run_id="test")
        (verdict,) = [v for v in refused.value.verdicts if v.audit.name == "collision"]
        assert {row["column_name"] for row in verdict.sample} == {"hk_pairs", "lk_deeds"}
        assert house.query("select count(*) from stage.deeds") == [(2,)]


def test_the_default_rules_need_no_search_for_mixed_keys() -> None:
    declared = of_two("vault_assets")
    link = {check.name for check in checks_of(vault_plan(declared, "l_deeds"))}
    stage = stage_audits(declared.sources["deeds"], stage_plan(declared, "deeds"))
    assert "collision" not in link | {audit.name for audit in stage}


def test_a_set_is_hashed_as_datavault4dbt_does() -> None:
    with memory_lake() as lake:
        house = House(lake, hashed(small(), DV4DBT))
        house.land("phones", ("ann", "work", "2"), ("ann", "home", None))
        house.load("h_people", "s_phones")
        rules = rules_of(house)
        texts = [rules.hashdiff_text(row, [TEXT] * 2) for row in (("home", None), ("work", "2"))]
        found = house.query(
            "select distinct set_hash from vault.s_phones where batch_id <> 'ghost'"
        )
        assert found == [(rules.set_hash(texts),)]


CHANGES = [
    ("vault_assets", AUTOMATE),
    (AUTOMATE, {**AUTOMATE, "casing": False}),
    (DV4DBT, "vault_assets"),
    ("vault_assets", {"profile": "vault_assets", "digest": "sha256"}),
    ("vault_assets", {**DV4DBT, "digest": "sha256"}),
    ({**AUTOMATE, "digest": "sha1"}, "vault_assets"),
]


@pytest.mark.parametrize(("before", "after"), CHANGES, ids=str)
def test_other_rules_are_refused_until_a_rebuild(before: Any, after: Any) -> None:
    """Then the vault is as if the rules had always been these."""
    with memory_lake() as lake:
        expected = contents(filled(House(lake, hashed(small(), after))))
    with memory_lake() as lake:
        house = filled(House(lake, hashed(small(), before)))
        house.warehouse = hashed(small(), after)
        with pytest.raises(TargetError, match=r"stage\.people: .*vault-assets rebuild"):
            house.land("people", ("ann", "B", None), at=99)
        with pytest.raises(TargetError, match="vault-assets rebuild"):
            house.load("h_people")
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert contents(house) == expected
        house.stage("people-99")
        assert house.load("s_people").total("unchanged") == 1


def test_a_rebuild_that_was_interrupted_lets_no_table_mix_its_hashes() -> None:
    """The stages are hashed anew; the tables are not yet."""
    with memory_lake() as lake:
        house = filled(House(lake, small()))
        house.warehouse = hashed(small(), AUTOMATE)
        for name in house.warehouse.sources:
            rehash_stage(lake, house.warehouse, name)
        before = contents(House(lake, small()))
        house.land("people", ("dan", "D", None))
        for name in ("h_people", "s_people", "l_leads", "e_leads"):
            with pytest.raises(TargetError, match=rf"vault\.{name}: .*the default rules.*rebuild"):
                house.load(name)
        assert contents(House(lake, small())) == before
        rebuild_vault(lake, house.warehouse, run_id="rebuild")
        assert ("dan", 8) in house.rows("h_people", "person load_ts")


def test_a_rehash_counts_the_rows_it_mends(people: House) -> None:
    people.land("people", ("ann", "A", None), ("bob", "B", None))
    people.load()
    assert str(rehash_stage(people.lake, people.warehouse, "people")) == (
        "stage.people: 2 rows, 0 hashed anew"
    )
    people.lake.session().connection.execute(
        "update stage.people set hd_s_people = uuid() where person = 'ann'"
    )
    said: list[str] = []
    rebuild_vault(people.lake, people.warehouse, run_id="rebuild", progress=said.append)
    assert said == ["stage.people: 2 rows, 1 hashed anew", "vault.h_people", "vault.s_people"]
    people.warehouse = hashed(people.warehouse, {**DV4DBT, "digest": "sha1"})
    assert rehash_stage(people.lake, people.warehouse, "people").wrong == 2
    assert rehash_stage(people.lake, people.warehouse, "people").wrong == 0


def test_a_forged_key_is_found(people: House) -> None:
    people.warehouse = hashed(people.warehouse, AUTOMATE)
    people.land("people", ("ann", "A", None))
    people.load()
    plan = vault_plan(people.warehouse, "h_people")
    refuse_wrong_keys(people.lake, plan)
    people.lake.session().connection.execute(
        "update vault.h_people set person = 'eve' where person = 'ann'"
    )
    with pytest.raises(TargetError, match="1 keys do not recompute"):
        refuse_wrong_keys(people.lake, plan)


@pytest.mark.parametrize(
    ("rules", "grows"),
    [(AUTOMATE, False), (DV4DBT, False), ({**DV4DBT, "strip_trailing": True}, True)],
    ids=str,
)
def test_a_payload_grows_only_where_its_hashes_stay(people: House, rules: Any, grows: bool) -> None:
    people.warehouse = hashed(people.warehouse, rules)
    people.land("people", ("ann", "A", "Oslo"))
    people.load()
    parts = people.warehouse.model_dump(by_alias=True)
    parts["sources"]["people"]["columns"]["zip"] = {"type": "text"}
    parts["satellites"]["s_people"]["payload"] = ["name", "city", "zip"]
    people.warehouse = Warehouse.model_validate(parts)
    if not grows:
        with pytest.raises(TargetError, match=r"Undo the change.*vault-assets rebuild"):
            people.land("people", ("ann", "A", "Oslo", None))
        rebuild_vault(people.lake, people.warehouse, run_id="rebuild")
        people.stage("people-2")
    else:
        people.land("people", ("ann", "A", "Oslo", None))
    people.load()
    assert people.counters("s_people")["people-2"] == (1, 0, 1, 0, 0)


@pytest.mark.slow
def test_a_real_lake_changes_from_short_to_long_hashes(tmp_path: Path) -> None:
    lake = file_lake(tmp_path)
    house = filled(House(lake, hashed(small(), AUTOMATE)))
    before = {name: rows for name, (rows, _) in legible(house).items()}
    house.warehouse = hashed(small(), {**DV4DBT, "digest": "sha256"})
    rebuild_vault(lake, house.warehouse, run_id="rebuild")
    assert {name: rows for name, (rows, _) in legible(house).items()} == before
    house.land("people", ("ann", "B", None))
    assert house.load("s_people").total("unchanged") == 1
    lake.close()
