"""Every statement of every warehouse: as it was agreed upon, with nothing that Vertica refuses.

After a change on purpose: `VAULT_ASSETS_GOLDEN=write pytest .../test_golden.py`, and read the
difference.
"""

import os
from pathlib import Path

import pytest

from vault_assets_tests.vertica.gate import refused
from vault_assets_tests.vertica.recording import BETWEEN, GOLDEN, SCALES, agreed, recorded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", SCALES)
def test_every_statement_is_the_agreed_one(name: str, tmp_path: Path) -> None:
    found = {
        f"{table}.sql": BETWEEN.join(statements) + ";\n"
        for table, statements in recorded(name, tmp_path).items()
    }
    folder = GOLDEN / name
    if os.environ.get("VAULT_ASSETS_GOLDEN") == "write":
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.sql"):
            old.unlink()
        for file, text in found.items():
            (folder / file).write_text(text, encoding="utf-8")
    before = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}
    assert sorted(found) == sorted(before)
    assert [file for file in found if found[file] != before[file]] == []


@pytest.mark.parametrize("name", SCALES)
def test_no_statement_has_what_vertica_refuses(name: str) -> None:
    statements = agreed(name)
    assert len(statements) > 50
    wrong = {text[:200]: found for text in statements if (found := refused(text))}
    assert wrong == {}
