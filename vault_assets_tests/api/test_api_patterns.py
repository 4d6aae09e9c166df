"""Every pattern on rows given in memory, against rows written by hand."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from vault_assets.api import Vault, open_lake
from vault_assets_tests.api.vaults import day, key, rows
from vault_assets_tests.loading.warehouses import town

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file


@pytest.fixture
def vault() -> Iterator[Vault]:
    with open_lake(town()) as opened:
        yield opened


def person(key: str, name: str, city: str | None = None) -> dict[str, Any]:
    return {"person": key, "name": name, "city": city}


def leads(team: int, leader: str | None) -> dict[str, Any]:
    return {"team": team, "leader": leader, "since": SINCE}


def test_a_hub_keeps_the_first_row_of_a_key(vault: Vault) -> None:
    vault.add_batch("people", [person("ann", "Ann")], load_ts=day(1), record_source="crm")
    vault.add_batch("people", [person("ann", "Anna"), person("bob", "Bob")], load_ts=day(2))
    loaded = vault.load("h_people")
    assert rows(vault, "h_people", "person hk_people load_ts record_source") == [
        ("ann", key("ann"), day(1), "crm"),
        ("bob", key("bob"), day(2), "s3"),
    ]
    assert (loaded.total("inserted"), loaded.total("unchanged")) == (2, 1)
    assert all(verdict.passed for verdict in loaded.verdicts)


def test_a_link_lands_each_relation_once(vault: Vault) -> None:
    vault.add_batch("people", [person("ann", "Ann"), person("bob", "Bob")], load_ts=day(1))
    vault.add_batch("teams", [leads(1, "ann"), leads(2, "bob")], load_ts=day(2))
    vault.add_batch("teams", [leads(1, "ann"), leads(1, "eve")], load_ts=day(3))
    vault.load()
    assert rows(vault, "l_leads", "lk_leads hk_teams hk_people load_ts") == sorted(
        [
            (key(1, "ann"), key(1), key("ann"), day(2)),
            (key(2, "bob"), key(2), key("bob"), day(2)),
        ]
    )
    (orphan,) = vault.quarantine("l_leads").to_pylist()
    assert (orphan["row_no"], orphan["reason"]) == (2, "orphan:hk_people")


def test_a_satellite_keeps_every_change(vault: Vault) -> None:
    for number, city in enumerate(("Oslo", "Rome", "Rome", "Oslo"), start=1):
        vault.add_batch("people", [person("ann", "Ann", city)], load_ts=day(number))
    vault.load()
    assert rows(vault, "s_people", "load_ts load_seq name city") == [
        (day(1), 0, "Ann", "Oslo"),
        (day(2), 0, "Ann", "Rome"),
        (day(4), 0, "Ann", "Oslo"),
    ]


def test_a_satellite_keeps_successive_states_of_a_delta(vault: Vault) -> None:
    changes = [person("ann", "Ann", "Oslo"), person("ann", "Ann", "Rome")]
    vault.add_batch("changes", changes, load_ts=day(1))
    vault.load()
    assert rows(vault, "s_changes", "load_ts load_seq city") == [
        (day(1), 0, "Oslo"),
        (day(1), 1, "Rome"),
    ]


def test_a_multi_active_satellite_keeps_whole_sets(vault: Vault) -> None:
    phones = ({"h": "1", "w": "2"}, {"h": "1", "w": "9"}, {"w": "2", "h": "1"})
    for number, numbers in enumerate(phones, start=1):
        given = [{"person": "ann", "kind": kind, "number": n} for kind, n in numbers.items()]
        vault.add_batch("phones", given, load_ts=day(number))
    vault.load()
    assert rows(vault, "s_phones", "load_ts kind number") == [
        (day(1), "h", "1"), (day(1), "w", "2"),
        (day(2), "h", "1"), (day(2), "w", "9"),
        (day(3), "h", "1"), (day(3), "w", "2"),
    ]  # fmt: skip


def test_a_log_keeps_each_event_once(vault: Vault) -> None:
    first = {"person": "ann", "act": "login", "hour": 8}
    vault.add_batch("acts", [first, first], load_ts=day(1))
    vault.add_batch("acts", [first, {**first, "hour": 9}], load_ts=day(2))
    vault.load()
    assert rows(vault, "s_acts", "act hour load_ts") == [
        ("login", 8, day(1)),
        ("login", 9, day(2)),
    ]


def test_an_effectivity_satellite_closes_and_opens(vault: Vault) -> None:
    vault.add_batch("people", [person(name, name) for name in ("ann", "bob", "eve")])
    vault.add_batch("moves", [leads(1, "ann")], load_ts=day(1))
    vault.add_batch("moves", [leads(1, "bob"), leads(1, "eve")], load_ts=day(2))
    vault.load()
    assert rows(vault, "e_moves", "load_ts is_active lk_moves") == sorted(
        [
            (day(1), True, key(1, "ann")),
            (day(2), False, key(1, "ann")),
            (day(2), True, key(1, "bob")),
            (day(2), False, key(1, "bob")),
            (day(2), True, key(1, "eve")),
        ],
        key=repr,
    )


def test_a_satellite_of_a_link_describes_the_relation(vault: Vault) -> None:
    vault.add_batch("people", [person("ann", "Ann")])
    vault.add_batch("teams", [leads(1, "ann")])
    deed = {"team": 1, "person": "ann", "deed": "founded"}
    vault.add_batch("deeds", [deed], load_ts=day(5))
    vault.load()
    assert rows(vault, "s_deeds", "lk_deeds deed load_ts") == [(key(1, "ann"), "founded", day(5))]


def test_every_table_passes_all_its_checks_as_it_stands(vault: Vault) -> None:
    vault.add_batch("people", [person("ann", "Ann"), person("bob", "Bob")])
    vault.add_batch("phones", [{"person": "ann", "kind": "h", "number": "1"}])
    vault.add_batch("acts", [{"person": "ann", "act": "login", "hour": 8}])
    vault.add_batch("moves", [leads(1, "ann"), leads(1, "bob")])
    vault.load()
    for _, name, _ in vault.warehouse.vault_tables():
        verdicts = vault.check(name)
        assert {"pk_unique"} <= {verdict.audit.name for verdict in verdicts}
        assert all(verdict.passed for verdict in verdicts), name


def test_a_check_finds_what_is_wrong_with_a_table_as_it_stands(vault: Vault) -> None:
    vault.add_batch("people", [person("ann", "Ann")])
    vault.load()
    vault.lake.connection().execute("insert into vault.s_people from vault.s_people")
    failed = {verdict.audit.name for verdict in vault.check("s_people") if not verdict.passed}
    assert failed == {"pk_unique", "no_repeat"}
