"""The documentation's example runs, prints what it says, imports no Dagster and leaves no file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vault_assets.api import open_lake
from vault_assets.errors import DeclarationError
from vault_assets.settings import Settings
from vault_assets_tests.api.vaults import people

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python_api.md").read_text(encoding="utf-8")
AFTER = "\nimport sys; sys.exit('dagster' in sys.modules)\n"


EXAMPLES = re.findall(r"```python\n(.*?)```\nIt prints:\n```\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 2


@pytest.mark.parametrize(("code", "wanted"), EXAMPLES)
def test_the_examples_run_without_dagster_and_without_files(
    tmp_path: Path, code: str, wanted: str
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code + AFTER],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stderr, ran.returncode) == ("", 0)
    assert ran.stdout == wanted
    assert list(tmp_path.iterdir()) == []


def test_every_method_is_documented() -> None:
    with people() as vault:
        methods = [name for name in dir(type(vault)) if not name.startswith("_")]
    assert [name for name in methods if name != "close" and f"`{name}(" not in PAGE] == []


def test_the_root_offers_the_library_without_dagster() -> None:
    code = "import sys, vault_assets as va; va.open_lake, va.Vault, va.read_warehouse"
    ran = subprocess.run([sys.executable, "-c", code + AFTER], cwd=ROOT, check=False)
    assert ran.returncode == 0


def test_a_lake_is_opened_where_settings_say(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home",
        landing=str(tmp_path / "landing"),
        data=str(tmp_path / "data"),
        catalog=str(tmp_path / "lake.ducklake"),
    )
    with people() as declared:
        warehouse = declared.warehouse.model_dump(by_alias=True)
    with open_lake(warehouse, settings=settings) as vault:
        vault.add_batch("people", [{"person": "ann", "name": None, "age": 1}])
        vault.load("h_people")
        assert vault.table("h_people").num_rows == 1
    assert (tmp_path / "lake.test.ducklake").is_file()
    with pytest.raises(DeclarationError, match="not both"):
        open_lake(warehouse, settings=settings, folder=tmp_path)


def test_a_declaration_is_read_from_its_file() -> None:
    path = ROOT / "vault_assets" / "defs" / "social" / "defs.yaml"
    with open_lake(path) as vault:
        assert vault.warehouse.name == "social"
        assert all(loaded.rows_written == 0 for loaded in vault.load())
        assert len(vault.build()) == len(vault.warehouse.marts)
