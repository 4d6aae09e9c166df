"""The command line on a single-process lake: what it says, and how it exits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow
PLACES = ("VAULT_ASSETS_LANDING", "VAULT_ASSETS_DATA", "VAULT_ASSETS_CATALOG")


class House:
    """A folder with a single-process lake, and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "VAULT_ASSETS_HOME": str(folder / "home"),
            "VAULT_ASSETS_LANDING": str(folder / "landing"),
            "VAULT_ASSETS_DATA": str(folder / "data"),
            "VAULT_ASSETS_CATALOG": str(folder / "lake.ducklake"),
            "VAULT_ASSETS_WAREHOUSE": "social",
            "COLUMNS": "200",
        }
        self.environment.pop("DAGSTER_HOME", None)

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from vault_assets.cli.app import main; main()"]
        return subprocess.run(
            [*command, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self, *arguments: str) -> str:
        done = self.call(*arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    found = House(tmp_path_factory.mktemp("house"))
    (found.folder / "landing").mkdir()
    found.said("land", "social", "--scale", "0.005")
    found.said("run", "social")
    return found


def answer(house: House, sql: str) -> list[dict[str, object]]:
    lines = house.said("query", sql, "--format", "json").splitlines()
    return [json.loads(line) for line in lines]


def test_run_loads_and_a_second_run_adds_nothing(house: House) -> None:
    counters = "select sum(rows_in)::bigint as rows, count(*) as batches from registry.applied"
    before = answer(house, counters)
    house.said("run", "social")
    assert answer(house, counters) == before


def test_every_record_is_loaded_or_in_quarantine(house: House) -> None:
    (row,) = answer(
        house,
        "select count(*) as wrong from registry.applied "
        "where table_name like 'stage.%' and rows_in <> inserted + quarantined",
    )
    assert row == {"wrong": 0}


@pytest.mark.parametrize(
    ("form", "first"), [("csv", '"group_id"'), ("json", '{"group_id":'), ("table", "group_id")]
)
def test_query_prints_tables_csv_and_json(house: House, form: str, first: str) -> None:
    sql = "select group_id, rank from mart.group_conversion order by rank"
    assert first in house.said("query", sql, "--format", form)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from vault.h_users",
        "create table mart.x as select 1",
        "copy (select 1) to 'x.csv'",
        "select 1; drop table vault.h_users",
        "attach 'other.db' as other",
        "set memory_limit = '1GB'",
    ],
)
def test_query_changes_nothing(house: House, sql: str) -> None:
    before = answer(house, "select count(*) as n from vault.h_users")
    done = house.call("query", sql)
    assert done.returncode == 1
    assert "one select statement" in done.stderr
    assert "Traceback" not in done.stderr
    assert answer(house, "select count(*) as n from vault.h_users") == before


def test_status_and_batches_show_what_was_loaded(house: House) -> None:
    status = house.said("status")
    assert "social/users" in status
    assert "accepted_values" in status  # a line of the sample log is wrong on purpose
    assert "staged" in house.said("batches", "--source", "users")


def test_replay_and_rebuild_leave_the_contents_as_they_are(house: House) -> None:
    rows = "select * exclude (batch_id) from vault.s_auth_history order by all"
    before = house.said("query", rows, "--format", "csv")
    (batch, *_) = answer(house, "select batch_id from registry.batches where source = 'group_log'")
    house.said("replay", str(batch["batch_id"]))
    assert house.said("query", rows, "--format", "csv") == before
    house.said("rebuild", "social")
    assert house.said("query", rows, "--format", "csv") == before


def test_maintenance_leaves_the_contents_as_they_are(house: House) -> None:
    rows = "select * exclude (batch_id) from vault.s_auth_history order by all"
    before = house.said("query", rows, "--format", "csv")
    assert "files before" in house.said("maintain")
    assert house.said("query", rows, "--format", "csv") == before


def test_an_unknown_batch_is_answered_with_the_nearest(house: House) -> None:
    (batch, *_) = answer(house, "select batch_id from registry.batches where source = 'users'")
    done = house.call("replay", f"{batch['batch_id']}0")
    assert done.returncode == 1
    assert f"did you mean '{batch['batch_id']}'?" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "social/mart/group_conversio"), 1, "did you mean 'social/mart/group_conversion'?"),
        (("run", "h_users"), 1, "did you mean 'social/vault/h_users'?"),
        (("run", "socal"), 1, "did you mean 'social'?"),
        (("land", "nowhere"), 1, "no sample files"),
        (("land", "comerce"), 1, "did you mean 'commerce'?"),
        (("rebuild", "socal"), 1, "did you mean 'social'?"),
        (("query",), 2, "Missing argument"),
        (("query", "select nothing from vault.h_users"), 1, "nothing"),
    ],
)
def test_errors_are_one_clear_paragraph(
    house: House, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = house.call(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_before_the_first_load_a_query_says_what_makes_the_lake(tmp_path: Path) -> None:
    done = House(tmp_path).call("query", "-w", "commerce", "select 1")
    assert done.returncode == 1
    assert "there is no lake yet. `vault-assets run commerce` makes it." in done.stderr


@pytest.mark.parametrize("arguments", [("run", "social"), ("query", "select 1"), ("status",)])
def test_without_servers_a_command_says_so_at_once(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    house = House(tmp_path)
    house.environment |= dict.fromkeys(PLACES, "")
    done = house.call(*arguments)
    assert done.returncode == 1
    assert done.stderr.count("no local services run") == 1
    assert "vault-assets up" in done.stderr


def test_debug_shows_the_traceback(house: House) -> None:
    assert "Traceback" in house.call("--debug", "rebuild", "socal").stderr


def test_check_and_doctor_are_content(house: House) -> None:
    assert "social: 4 sources" in house.said("check")
    assert "single process" in house.said("doctor")


def test_a_second_process_is_told_kindly_that_the_catalog_is_open(house: House) -> None:
    holder = duckdb.connect(str(house.folder / "lake.social.ducklake"))
    try:
        done = house.call("query", "select 1 from vault.h_users")
    finally:
        holder.close()
    assert done.returncode == 1
    assert "open in another process" in done.stderr
    assert "vault-assets up" in done.stderr


def test_doctor_names_what_does_not_answer(house: House) -> None:
    broken = House(house.folder)
    broken.environment |= {
        "VAULT_ASSETS_LANDING": "s3://landing",
        "VAULT_ASSETS_S3_ENDPOINT": "http://127.0.0.1:9",
        "VAULT_ASSETS_S3_KEY_ID": "key",
        "VAULT_ASSETS_S3_SECRET": "very-secret",
    }
    done = broken.call("doctor")
    assert done.returncode == 1
    assert "not ok" in done.stdout
    assert "very-secret" not in done.stdout + done.stderr
