"""`quarantine`, `release` and `snapshots` on a project with a single-process lake."""

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vault_assets.api import AuditsFailedError, Vault, open_lake
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import day, rows, source
from vault_assets_tests.cli.conftest import Call
from vault_assets_tests.places import Place, single_process_place

pytestmark = pytest.mark.slow
TOWN = {
    "name": "town",
    "sources": {
        "people": source({"person": {"type": "text", "nullable": False}, "age": "integer"}),
        "members": source({"person": "text"}, "full"),
    },
    "hubs": {"h_people": {"keys": "person", "from": ["people", "members"]}},
    "satellites": {"s_people": {"parent": "h_people", "payload": "age", "from": "people"}},
    "status_tracking_satellites": {
        "st_people": {"parent": "h_people", "from": "members", "hold_if_closing_over": 0.5}
    },
    "snapshots": {"control": {"times": ["2024-01-02"], "keep": {"daily": 2}}},
    "pits": {"p_people": {"hub": "h_people", "satellites": "s_people", "snapshots": "control"}},
}
DEFINITIONS = """
from pathlib import Path

import dagster as dg

from vault_assets import warehouse_definitions
from vault_assets.model.reading import read_warehouse
from vault_assets.orchestration.wiring import shared_resources


def defs():
    town = read_warehouse(Path(__file__).parent / "defs" / "town" / "defs.yaml")
    shared = dg.Definitions(resources=shared_resources(), executor=dg.in_process_executor)
    return dg.Definitions.merge(warehouse_definitions(town), shared)
"""
_numbers = itertools.count()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Make a project that declares a town; nothing is loaded yet."""
    project = f"townproject{next(_numbers)}"
    folder = tmp_path / project
    (folder / "defs" / "town").mkdir(parents=True)
    (folder / "definitions.py").write_text(DEFINITIONS)
    declared = {"type": "vault_assets.Warehouse", "attributes": TOWN}
    (folder / "defs" / "town" / "defs.yaml").write_text(yaml.safe_dump(declared))
    (tmp_path / "landing").mkdir()
    with single_process_place(tmp_path) as found:
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("VAULT_ASSETS_MODULE", f"{project}.definitions")
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.chdir(tmp_path)
        yield found


def opened() -> Vault:
    return open_lake(TOWN, settings=Settings())


def test_rows_are_exported_corrected_and_released_once(place: Place, call: Call) -> None:
    with opened() as vault:
        path = place.folder / "people.csv"
        path.write_text('person,age\nann,1\nbob,old\n"c, id",\ndan\n,5\n')
        vault.add_batch("people", path, load_ts=day(1), batch_id="first")
        vault.load("h_people")
    said = call("quarantine", "first", "--format", "csv")
    assert said.code == 0, said.err
    found = list(csv.DictReader(io.StringIO(said.out)))
    assert [(row["row_no"], row["person"], row["age"]) for row in found] == [
        ("3", "bob", "old"),
        ("5", "", ""),
        ("6", "", "5"),
    ]
    assert [row["_reason"] for row in found] == [
        "cast:age",
        "missing_fields",
        "not_null:person",
    ]
    assert found[1]["_raw"] == "dan"
    fixed = place.folder / "fixed.csv"
    fixed.write_text(said.out.replace("old", "2", 1).replace('"5"', '"5"'))
    said = call("release", "first")
    assert said.code == 1
    assert "would be refused again" in said.err
    said = call("release", "first", "--file", str(fixed))
    assert said.code == 0, said.err
    assert "3 rows of first are released as people-" in said.out
    assert "1 loaded, 2 quarantined again" in said.out
    said = call("release", "first", "--file", str(fixed))
    assert said.code == 1
    assert "released already" in said.err
    assert "released from first" in call("batches", "--source", "people").out
    with opened() as vault:
        vault.load()
        assert rows(vault, "h_people", "person") == [("ann",), ("bob",), ("c, id",)]
        before = rows(vault, "s_people", "hk_people age load_ts batch_id")
        child = next(b["batch_id"] for b in vault.batches("people") if b["parent_batch_id"])
    said = call("replay", child)
    assert said.code == 0, said.err
    with opened() as vault:
        assert rows(vault, "s_people", "hk_people age load_ts batch_id") == before


@pytest.mark.usefixtures("place")
def test_a_held_snapshot_is_released_with_a_reason(call: Call) -> None:
    with opened() as vault:
        for number, names in enumerate(("abc", "a"), start=1):
            given = [{"person": name} for name in names]
            vault.add_batch("members", given, load_ts=day(number), batch_id=f"m{number}")
            vault.load("h_people")
            if number == 1:
                vault.load("st_people")
        with pytest.raises(AuditsFailedError):
            vault.load("st_people")
    assert "needs a reason" in call("release", "m2", "--held").err
    assert call("release", "m2", "--reason", "x").code == 2
    said = call("release", "m2", "--held", "--reason", "the club was split")
    assert said.code == 0, said.err
    assert "vault.st_people" in said.out
    assert "not applied yet: the club was split" in call("status").out
    assert "the club was split" in call("batches").out
    assert "approved already" in call("release", "m2", "--held", "--reason", "x").err
    with opened() as vault:
        vault.load("st_people")
        assert len(rows(vault, "st_people", "status")) == 5


@pytest.mark.usefixtures("place")
def test_snapshots_are_added_listed_and_built(call: Call) -> None:
    with opened() as vault:
        vault.add_batch("people", [{"person": "ann", "age": 1}], load_ts=day(1))
        vault.load("h_people")
        vault.load("s_people")
    assert "2024" not in call("snapshots", "list", "control").out
    said = call("snapshots", "add", "control", "2024-01-03", "2024-01-04T02:00:00+02:00")
    assert said.code == 0, said.err
    assert "2 added, 2 active" in said.out
    said = call("snapshots", "add", "control", "--until", "2024-01-05", "--reference", "2024-01-04")
    assert "1 added, 2 active" in said.out
    said = call("run", "town/vault/p_people")
    assert said.code == 0, said.err + said.out
    listed = [line.split() for line in call("snapshots", "list", "control").out.splitlines()]
    found = [words[:3] + words[-1:] for words in listed if words and words[0].startswith("2024-")]
    assert [words[2] for words in found] == ["no", "yes", "yes"], listed
    assert [words[-1] for words in found[1:]] == ["vault.p_people"] * 2


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("snapshots", "add", "contrl", "2024-01-01"), 1, "did you mean 'control'?"),
        (("snapshots", "list", "contrl"), 1, "did you mean 'control'?"),
        (("snapshots", "add", "control"), 2, "--until"),
        (("snapshots", "add", "control", "yesterday"), 1, "is no time"),
        (("snapshots",), 2, "Usage"),
        (("quarantine", "nothing"), 1, "nothing has landed yet"),
        (("release", "nothing"), 1, "nothing has landed yet"),
        (("release", "nothing", "--held", "--reason", "x"), 1, "nothing has landed yet"),
        (("release", "x", "--held", "--file", "y.csv"), 2, "--held"),
        (("release", "x", "-w", "twn"), 1, "did you mean 'town'?"),
    ],
)
def test_wrong_use_is_told(call: Call, arguments: tuple[str, ...], code: int, told: str) -> None:
    said = call(*arguments)
    assert (said.code, "Traceback" in said.err) == (code, False), said.err
    assert told in said.err + said.out
