"""`land` with a file of one's own: it lands where a source reads it, or is refused."""

from pathlib import Path

import pytest

from vault_assets_tests.cli.conftest import Call

KEY = "social/users/load_date=2021-06-01/users.csv"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, and settings of a single process around it."""
    places = {"LANDING": "landing", "DATA": "data", "CATALOG": "lake.ducklake", "HOME": "home"}
    for name, place in places.items():
        monkeypatch.setenv(f"VAULT_ASSETS_{name}", str(tmp_path / place))
    (tmp_path / "landing").mkdir()
    found = tmp_path / "users.csv"
    found.write_text("id\n1\n", encoding="utf-8")
    return found


def test_a_file_lands_under_its_key(call: Call, file: Path) -> None:
    assert call("land", "social", "--file", str(file), "--key", KEY).code == 0
    assert (file.parent / "landing" / KEY).read_text(encoding="utf-8") == "id\n1\n"


@pytest.mark.parametrize("key", ["", "social/user/users.csv", KEY + ".bak", "audio/x.csv"])
def test_a_key_that_no_source_reads_is_refused(call: Call, file: Path, key: str) -> None:
    said = call("land", "social", "--file", str(file), "--key", key)
    assert said.code == 1
    assert "social/users/**/*.csv" in said.err
    assert not list((file.parent / "landing").rglob("*.*"))


def test_a_file_for_an_unknown_warehouse_is_refused(call: Call, file: Path) -> None:
    said = call("land", "socail", "--file", str(file), "--key", KEY.replace("social", "socail"))
    assert said.code == 1
    assert "did you mean 'social'?" in said.err


def test_a_key_without_a_file_is_wrong_use(call: Call, file: Path) -> None:
    assert call("land", "social", "--key", KEY).code == 2
    assert not list((file.parent / "landing").iterdir())
