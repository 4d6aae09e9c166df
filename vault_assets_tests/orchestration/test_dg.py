"""The `dg` command knows our component, in a copy of the project that a test may change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DEFS = "vault_assets/defs"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project; an activated environment imports the package from it."""
    folder = tmp_path_factory.mktemp("project") / "copy"
    for name in ("vault_assets", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "workspace.yaml", "dagster.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


def call(project: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(project),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(BIN.parent),
        "VAULT_ASSETS_HOME": str(project.parent / "home"),
        "COLUMNS": "300",
    }
    return subprocess.run(
        [BIN / program, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_project_is_valid(project: Path) -> None:
    for what in ("yaml", "defs"):
        done = call(project, "dg", "check", what)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_component_is_listed(project: Path) -> None:
    done = call(project, "dg", "list", "components")
    assert done.returncode == 0, done.stderr
    assert "vault_assets.Warehouse" in done.stdout


def test_a_scaffolded_warehouse_loads_at_once(project: Path) -> None:
    done = call(project, "dg", "scaffold", "defs", "vault_assets.Warehouse", "shop-floor")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = project / DEFS / "shop-floor"
    try:
        assert "name: shop_floor" in (folder / "defs.yaml").read_text()
        listed = call(project, "dg", "list", "defs", "--json")
        assert "shop_floor/vault/s_customer_details" in listed.stdout, listed.stderr
        assert "shop_floor: 1 sources" in call(project, "vault-assets", "check").stdout
    finally:
        shutil.rmtree(folder)


def test_a_wrong_key_is_told_with_file_and_line_by_both_commands(project: Path) -> None:
    path = project / DEFS / "social" / "defs.yaml"
    before = path.read_text()
    path.write_text(before.replace("hash_key: hk_user_id", "hashkey: hk_user_id"))
    line = 1 + path.read_text().splitlines().index("      hashkey: hk_user_id")
    try:
        ours = call(project, "vault-assets", "check")
        # dg overlooks it where several components of one type are checked at once.
        theirs = call(project, "dg", "check", "yaml", f"{DEFS}/social")
        running = call(project, "vault-assets", "run", "social")
    finally:
        path.write_text(before)
    for done in (ours, running):
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert f"{path}:{line}: hubs.h_users.hashkey: unknown key: did you mean 'hash_key'?" in said
        assert "Traceback" not in said
    assert theirs.returncode == 1
    assert f"defs.yaml:{line}" in theirs.stdout + theirs.stderr


def test_a_prejoin_may_be_written_with_the_plain_word_on(project: Path) -> None:
    """YAML takes `on` for true."""
    folder = project / DEFS / "looked_up"
    folder.mkdir()
    (folder / "defs.yaml").write_text(PREJOIN)
    try:
        for what in ("yaml", "defs"):
            done = call(project, "dg", "check", what)
            assert done.returncode == 0, done.stdout + done.stderr
        done = call(project, "vault-assets", "check")
        assert "looked_up: 2 sources" in done.stdout, done.stdout + done.stderr
    finally:
        shutil.rmtree(folder)


PREJOIN = """\
type: vault_assets.Warehouse
attributes:
  name: looked_up
  owners: ["team:town"]
  sources:
    pets:
      objects: looked_up/pets/*.csv
      columns: {pet: text, owner: integer}
      prejoins:
        owner: {source: people, on: {owner: id}, columns: {owner_name: name}}
    people:
      objects: looked_up/people/*.csv
      columns: {id: integer, name: text}
  hubs:
    h_names: {keys: name, from: {stage: pets, columns: {name: owner_name}}}
"""
