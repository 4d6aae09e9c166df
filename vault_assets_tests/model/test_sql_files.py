"""SQL files of a project: found beside its declarations, before those that are shipped."""

from pathlib import Path

import pytest

from vault_assets.errors import DeclarationError
from vault_assets.model import sql_files
from vault_assets.sql.templates import declared_sql


@pytest.fixture(autouse=True)
def _none_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_files, "_folders", [])


def written(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("place", ["", "src/shopco", "src/shopco/defs", "src/shopco/defs/shop"])
def test_a_query_is_found_in_the_folders_above_its_declaration(tmp_path: Path, place: str) -> None:
    written(tmp_path / "pyproject.toml")
    written(tmp_path / place / "sql" / "shop" / "mart" / "cities.sql", "select 1 as n\n")
    sql_files.remember(written(tmp_path / "src" / "shopco" / "defs" / "shop" / "defs.yaml"))
    assert declared_sql("shop/mart/cities.sql") == "select 1 as n"


def test_a_query_of_the_project_comes_before_a_shipped_one(tmp_path: Path) -> None:
    shipped = declared_sql("social/mart/writer_age.sql")
    written(tmp_path / "defs" / "social" / "sql" / "social" / "mart" / "writer_age.sql", "select 1")
    sql_files.remember(written(tmp_path / "defs" / "social" / "defs.yaml"))
    assert declared_sql("social/mart/writer_age.sql") == "select 1"
    assert declared_sql("social/mart/group_activity.sql") != shipped


def test_folders_above_the_project_are_not_searched(tmp_path: Path) -> None:
    written(tmp_path / "sql" / "x.sql", "select 1")
    written(tmp_path / "project" / "pyproject.toml")
    sql_files.remember(written(tmp_path / "project" / "defs" / "shop" / "defs.yaml"))
    with pytest.raises(DeclarationError, match=r"no SQL file 'x\.sql'\. Looked in .*`sql`"):
        declared_sql("x.sql")


def test_a_path_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    written(tmp_path / "secret.sql", "select 1")
    written(tmp_path / "pyproject.toml")
    (tmp_path / "sql").mkdir()
    sql_files.remember(written(tmp_path / "defs" / "shop" / "defs.yaml"))
    with pytest.raises(DeclarationError, match="no SQL file"):
        declared_sql("../secret.sql")
