"""The command line on real servers: what it refuses, how it fails, what it prints of odd values."""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vault_assets.local.services import down
from vault_assets_tests.cli.conftest import Call
from vault_assets_tests.places import Place, single_process_place
from vault_assets_tests.servers import local_services, service_home, settings_of

pytestmark = pytest.mark.slow
CREATE = "postgres_execute('__ducklake_metadata_social', 'create table public.x (a int)')"
ODD = (
    "select '[red]a[/b]' as markup, [1, 2] as list, uuid() is not null as fine, null as nothing, "
    "'x,\"y\"' as quoted, 900000001 as number"
)
HOLD = """
import sys
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
lake = DuckLake('social', Settings())
lake.connection()
print('open', flush=True)
sys.stdin.read()
"""
TELLING = """
from vault_assets.orchestration import progress
progress.listeners.append(lambda step: print(step.state, step.asset, flush=True))
from vault_assets.cli.app import main
main()
"""


@pytest.fixture(autouse=True)
def _social(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ASSETS_WAREHOUSE", "social")


@pytest.fixture(scope="module")
def lake(module_place: Place) -> Place:
    """A lake with one table."""
    with module_place.lake() as lake:
        lake.connection().execute("create schema mart; create table mart.t as select 1 as n")
    return module_place


@pytest.mark.parametrize(
    "sql",
    [
        f"select * from {CREATE}",
        f"call {CREATE}",
        "select * from query('select 1')",
        "with a as (select * from postgres_query('x', 'y')) select (select count(*) from a)",
        "select * from ducklake_merge_adjacent_files('social')",
        "select * from ducklake_expire_snapshots('social', older_than => now())",
        "select * from ducklake_cleanup_old_files('social', cleanup_all => true)",
        "copy (select 1) to 'written.csv'",
        "explain analyze copy (select 1) to 'written.csv'",
        "explain analyze create table memory.main.x as select 1",
        "attach 'written.db'",
        "insert into mart.t values (2)",
        "drop table mart.t",
        "select 1; select 2",
        "set memory_limit = '1GB'",
        "install spatial",
        "",
    ],
)
def test_query_refuses_whatever_might_write(
    lake: Place, call: Call, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake.folder)
    said = call("query", sql)
    assert said.code == 1
    assert "Traceback" not in said.err
    assert not list(lake.folder.glob("written*"))
    assert lake.rows("from mart.t") == [(1,)]


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    "sql",
    [
        "from mart.t",
        "describe mart.t",
        "summarize mart.t",
        "explain select * from mart.t",
        "select * from range(3)",
        "select count(*) from duckdb_tables()",
        "select snapshot_id from ducklake_snapshots('social')",
    ],
)
def test_query_reads(call: Call, sql: str) -> None:
    said = call("query", sql, "--format", "json")
    assert said.code == 0, said.err
    assert [json.loads(line) for line in said.out.splitlines()]


@pytest.mark.usefixtures("lake")
def test_odd_values_come_out_whole_in_each_format(call: Call) -> None:
    (row,) = csv.DictReader(io.StringIO(call("query", ODD, "--format", "csv").out))
    assert row["markup"] == "[red]a[/b]"
    assert row["list"] == "[1, 2]"
    assert row["quoted"] == 'x,"y"'
    assert json.loads(call("query", ODD, "--format", "json").out)["list"] == [1, 2]
    table = call("query", ODD).out
    assert "[red]a[/b]" in table
    assert "900000001" in table


@pytest.mark.usefixtures("lake")
def test_a_query_without_rows_prints_a_header(call: Call) -> None:
    sql = "select n from mart.t where n > 1"
    assert call("query", sql, "--format", "csv").out.split() == ['"n"']
    assert call("query", sql, "--format", "json").out == ""
    assert "n" in call("query", sql).out


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TARGET", "oracle", "VAULT_ASSETS_TARGET: Input should be 'ducklake'"),
        ("THREADS", "-1", "VAULT_ASSETS_THREADS: "),
        ("MODULE", "nowhere.at.all", "VAULT_ASSETS_MODULE='nowhere.at.all'"),
    ],
)
def test_a_wrong_setting_is_named(
    call: Call, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"VAULT_ASSETS_{name}", value)
    said = call("status")
    assert said.code == 1
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("batches", "--source", "user"), 1, "did you mean 'users'?"),
        (("batches", "--warehouse", "socal"), 1, "did you mean 'social'?"),
        (("run", "key:(("), 1, "cannot read the selection"),
        (("land", "social", "--file", "nix.csv", "--key", "social/x"), 1, "no such file"),
        (("query", "selct 1"), 1, "syntax error"),
        (("query", "-w", "audio", "select 1"), 1, "audio: there is no lake yet"),
        (("query", "select 1", "--format", "xml"), 2, "--format"),
        (("nothing",), 2, "No such command"),
        (("batches", "--limit", "0"), 2, "--limit"),
    ],
)
def test_wrong_use_is_told_in_a_paragraph(
    call: Call, arguments: tuple[str, ...], code: int, told: str
) -> None:
    said = call(*arguments)
    assert said.code == code
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_second_process_gets_the_kind_message(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        (tmp_path / "landing").mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", HOLD],
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "open\n"
            done = place.call("status")
            holder.kill()
    assert done.returncode == 1
    assert f"process {holder.pid}" in done.stderr
    assert "vault-assets up" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_and_others_say_which_server_stopped(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with service_home() as home, local_services(home) as services:
        settings = settings_of(services)
        for name in ("landing", "data", "catalog", "s3_endpoint", "s3_key_id"):
            monkeypatch.setenv(f"VAULT_ASSETS_{name.upper()}", getattr(settings, name))
        secrets = [s.get_secret_value() for s in (settings.catalog_password, settings.s3_secret)]
        for name, secret in zip(("CATALOG_PASSWORD", "S3_SECRET"), secrets, strict=True):
            monkeypatch.setenv(f"VAULT_ASSETS_{name}", secret)
        monkeypatch.setenv("VAULT_ASSETS_HOME", str(tmp_path))
        well = call("doctor")
        down(home)
        ill = call("doctor")
        batches = call("batches")
    assert well.code == 0, well.out
    assert (ill.code, batches.code) == (1, 1)
    states = {line.split(":")[0] for line in ill.out.splitlines()}
    assert {"not ok store", "not ok lake social", "ok     declarations"} <= states
    for said in (ill, batches):
        printed = said.out + said.err
        assert "Traceback" not in printed
        assert not [secret for secret in secrets if secret in printed]


def test_an_interrupted_run_ends_at_once_and_fails(tmp_path: Path) -> None:
    with single_process_place(tmp_path) as place:
        (tmp_path / "landing").mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", TELLING, "run", "social"],
            cwd=tmp_path,
            env=place.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout
            assert any("started social/stage/dialogs" in line for line in process.stdout)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)
    assert process.returncode in {1, 130}
    assert "started social/vault" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("function", ["read_text", "read_blob", "read_csv", "glob"])
def test_query_reads_no_files_of_this_machine(
    call: Call, lake: Place, tmp_path: Path, function: str
) -> None:
    del lake
    secret = tmp_path / "secret.csv"
    secret.write_text("hidden\n1\n", encoding="utf-8")
    said = call("query", f"select * from {function}('{secret}')", "--format", "csv")
    assert said.code == 1
    assert "hidden" not in said.out + said.err


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    "table", ["ducklake_table", "social.ducklake_table", "pg_catalog.pg_authid"]
)
def test_query_does_not_read_the_server_of_the_catalog(call: Call, table: str) -> None:
    said = call("query", f"with a as (from __DUCKLAKE_metadata_social.{table}) from a")
    assert said.code == 1
    assert "catalog's own tables" in said.err
