"""A fresh Dagster project outside of the checkout: scaffolded, with a mart of its own, it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PYPROJECT = """\
[project]
name = "shopco"
version = "0.1"

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "shopco"
"""
DEFINITIONS = """\
from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "src" / "shopco"
    (package / "defs").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "definitions.py").write_text(DEFINITIONS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return tmp_path


def call(project: Path, program: str, *arguments: str) -> str:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(project / "src")]),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(BIN.parent),
        "VAULT_ASSETS_HOME": str(project / "home"),
        "VAULT_ASSETS_MODULE": "shopco.definitions",
    }
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_scaffolded_warehouse_loads_in_a_fresh_project(project: Path) -> None:
    defs = project / "src" / "shopco" / "defs"
    call(project, "dg", "scaffold", "defs", "vault_assets.Warehouse", "shop")
    platform = (defs / "platform.py").read_text(encoding="utf-8")
    declaration = defs / "shop" / "defs.yaml"
    declared = declaration.read_text(encoding="utf-8") + "\n  marts:\n    cities: {key: city}\n"
    declaration.write_text(declared, encoding="utf-8")
    query = project / "sql" / "shop" / "mart" / "cities.sql"
    query.parent.mkdir(parents=True)
    query.write_text("select distinct city from stage.customers", encoding="utf-8")
    assert "shop: 1 sources, 4 tables, ok" in call(project, "vault-assets", "check")
    call(project, "dg", "check", "defs")
    (defs / "platform.py").rename(defs / "shared.py")
    call(project, "dg", "scaffold", "defs", "vault_assets.Warehouse", "other")
    assert not (defs / "platform.py").exists()
    assert (defs / "shared.py").read_text(encoding="utf-8") == platform
