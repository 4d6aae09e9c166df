"""Orphans wait in quarantine, and enter by themselves when the parent is known."""

import datetime as dt

from vault_assets_tests.loading.houses import House

SINCE = dt.datetime(2020, 1, 1)  # noqa: DTZ001  as in a file
LINK = "hk_teams hk_people load_ts batch_id"
ACTIVE = "hk_teams lk_leads is_active load_ts load_seq batch_id"


def test_an_orphan_waits_in_quarantine(house: House) -> None:
    house.land("people", ("ann", "Ann", None))
    house.land("teams", (1, "ann", SINCE), (2, "zoe", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    assert house.rows("l_leads", "hk_teams hk_people") == [("1", "ann")]
    assert house.quarantined("teams", "l_leads") == [("teams-2", 3, "orphan:hk_people")]
    assert house.query("select column_name, detail from stage.teams_quarantine") == [
        ("hk_people", "not in h_people: leader zoe")
    ]


def test_an_orphan_enters_with_its_own_time_when_the_parent_arrives(house: House) -> None:
    house.land("teams", (2, "zoe", SINCE), (3, "eve", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    house.land("people", ("zoe", "Zoe", None))
    house.load("h_people", "h_teams")
    counted = house.counters("l_leads")
    loaded = house.load("l_leads")
    assert (loaded.rebuilt, loaded.rows_written) == (1, 1)
    assert counted["teams-1"] == (2, 0, 0, 0, 2)
    told = {
        batch: counters for batch, counters in house.counters("l_leads").items() if batch in counted
    }
    assert told == counted  # what became of the rows when the batch was applied
    assert house.rows("l_leads", LINK) == [("2", "zoe", 1, "teams-1")]
    assert house.quarantined("teams", "l_leads") == [("teams-1", 3, "orphan:hk_people")]
    assert house.load("l_leads").rebuilt == 0


def test_a_healed_orphan_takes_the_row_from_a_later_batch(house: House) -> None:
    """The row is the same as if the parent had been known from the start."""
    house.land("teams", (2, "zoe", SINCE))
    house.load("h_people", "h_teams", "l_leads")
    house.land("people", ("zoe", "Zoe", None))
    house.land("teams", (2, "zoe", SINCE))
    house.load("h_people", "l_leads")
    assert house.rows("l_leads", LINK) == [("2", "zoe", 1, "teams-1")]


def test_of_two_missing_parents_the_reason_names_the_one_still_missing(house: House) -> None:
    house.land("deeds", (1, "ann", "ran"))
    house.load("h_people", "h_teams", "l_deeds")
    assert house.quarantined("deeds", "l_deeds") == [("deeds-1", 2, "orphan:hk_teams")]
    house.land("teams", (1, "bob", SINCE))
    house.load("h_people", "h_teams", "l_deeds")
    assert house.quarantined("deeds", "l_deeds") == [("deeds-1", 2, "orphan:hk_people")]
    house.land("people", ("ann", "Ann", None))
    house.load("h_people", "h_teams", "l_deeds")
    assert house.rows("l_deeds", "hk_teams hk_people batch_id") == [("1", "ann", "deeds-1")]
    assert house.quarantined("deeds", "l_deeds") == []


def test_a_satellite_row_waits_for_its_link_and_takes_its_place_in_the_history(
    house: House,
) -> None:
    house.land("people", ("bob", "Bob", None))
    house.land("teams", (1, "bob", SINCE))
    house.land("deeds", (1, "ann", "ran"))
    house.land("deeds", (1, "ann", "sat"), (1, "bob", "sat"))
    house.load("h_people", "h_teams", "l_deeds", "s_deeds")
    assert house.rows("s_deeds", "lk_deeds deed load_ts") == [("1/bob", "sat", 4)]
    house.land("people", ("ann", "Ann", None))
    house.load("h_people", "h_teams", "l_deeds", "s_deeds")
    assert house.rows("s_deeds", "lk_deeds deed load_ts") == [
        ("1/ann", "ran", 3),
        ("1/ann", "sat", 4),
        ("1/bob", "sat", 4),
    ]


def test_an_effectivity_is_rebuilt_when_a_former_leader_becomes_known(house: House) -> None:
    house.land("people", ("ann", "Ann", None), ("cat", "Cat", None))
    for leader in ("ann", "bob", "cat"):
        house.land("teams", (1, leader, SINCE))
    house.load("h_people", "h_teams", "l_leads", "e_leads")
    assert house.rows("e_leads", ACTIVE) == [
        ("1", "1/ann", False, 4, 0, "teams-4"),
        ("1", "1/ann", True, 2, 0, "teams-2"),
        ("1", "1/cat", True, 4, 0, "teams-4"),
    ]
    house.land("people", ("bob", "Bob", None))
    house.load("h_people", "h_teams", "l_leads", "e_leads")
    assert house.rows("e_leads", ACTIVE) == [
        ("1", "1/ann", False, 3, 0, "teams-3"),
        ("1", "1/ann", True, 2, 0, "teams-2"),
        ("1", "1/bob", False, 4, 0, "teams-4"),
        ("1", "1/bob", True, 3, 0, "teams-3"),
        ("1", "1/cat", True, 4, 0, "teams-4"),
    ]


def test_orphans_that_are_allowed_pass_and_are_reported(house: House) -> None:
    house.land("changes", ("ann", "Ann", None))
    house.load("h_people")
    house.lake.session().connection.execute("delete from vault.h_people where batch_id <> 'ghost'")
    house.load("s_changes")
    assert house.rows("s_changes", "hk_people") == [("ann",)]
    # A parent fed by the same rows is not asked for each of them; a run without new rows asks.
    loaded = house.load("s_changes")
    (verdict,) = [v for v in loaded.verdicts if v.audit.name == "no_orphan"]
    assert (verdict.failed_rows, verdict.audit.blocking) == (1, False)


def test_an_orphan_of_one_parent_becomes_one_of_another_when_a_replay_takes_that(
    house: House,
) -> None:
    batch = house.land("teams", (1, "ann", SINCE))
    house.land("deeds", (1, "ann", "rescue"))
    tables = ("h_people", "h_teams", "l_deeds")
    house.load(*tables)
    assert house.quarantined("deeds", "l_deeds") == [("deeds-2", 2, "orphan:hk_people")]
    house.restage(batch)
    house.reload(batch)
    assert house.quarantined("deeds", "l_deeds") == [("deeds-2", 2, "orphan:hk_teams")]


def test_a_contradiction_becomes_an_orphan_when_the_replay_takes_its_parent(house: House) -> None:
    batch = house.land("people", ("ann", "Ann", None), ("bob", "Bob", None))
    house.land("teams", (1, "ann", SINCE), (1, "bob", SINCE))
    tables = ("h_people", "h_teams", "l_leads", "e_leads")
    house.load(*tables)
    reasons = [reason for _, _, reason in house.quarantined("teams", "e_leads")]
    assert reasons == ["conflict", "conflict"]
    house.restage(batch, ("bob", "Bob", None))
    house.reload(batch)
    assert house.quarantined("teams", "e_leads") == [
        ("teams-2", 2, "orphan:lk_leads"),
        ("teams-2", 3, "conflict"),
    ]
