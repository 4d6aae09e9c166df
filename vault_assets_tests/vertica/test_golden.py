"""Every statement of every warehouse: as it was agreed upon, and through the gate.

After a change on purpose: `VAULT_ASSETS_GOLDEN=write pytest .../test_golden.py`, and read the
difference.
"""

import os
from pathlib import Path

import pytest

from vault_assets_tests.vertica.gate import refused, unparsed
from vault_assets_tests.vertica.recording import SCALES, recorded, skeletons

GOLDEN = Path(__file__).parent / "golden"
_BETWEEN = ";\n\n"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", SCALES)
def test_every_statement_is_the_agreed_one(name: str, tmp_path: Path) -> None:
    found = {
        f"{table}.sql": _BETWEEN.join(statements) + ";\n"
        for table, statements in recorded(name, tmp_path).items()
    }
    folder = GOLDEN / name
    if os.environ.get("VAULT_ASSETS_GOLDEN") == "write":
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.sql"):
            old.unlink()
        for file, text in found.items():
            (folder / file).write_text(text, encoding="utf-8")
    agreed = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}
    assert sorted(found) == sorted(agreed)
    assert [file for file in found if found[file] != agreed[file]] == []


def _statements(name: str) -> list[str]:
    return [
        text.rstrip(";\n")
        for path in sorted((GOLDEN / name).glob("*.sql"))
        for text in path.read_text(encoding="utf-8").split(_BETWEEN)
    ]


@pytest.mark.parametrize("name", SCALES)
def test_no_statement_has_what_vertica_refuses(name: str) -> None:
    statements = _statements(name)
    assert len(statements) > 50
    wrong = {text[:200]: found for text in statements if (found := refused(text))}
    assert wrong == {}


def test_short_forms_are_syntax_of_vertica() -> None:
    forms = skeletons([text for name in SCALES for text in _statements(name)])
    short = sorted(forms.values(), key=len)[:40]
    assert {text: found for text in short if (found := unparsed(text))} == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SCALES)
def test_every_form_is_syntax_of_vertica(name: str) -> None:
    forms = skeletons(_statements(name)).values()
    assert {text[:200]: found for text in forms if (found := unparsed(text))} == {}
