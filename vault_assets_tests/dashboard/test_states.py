"""What pages show when there is nothing to show, and when new rows arrive."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from vault_assets.samples.social import FIRST_DATE
from vault_assets_tests.dashboard.shop_window import PAGES, cards, page, titles
from vault_assets_tests.places import Place
from vault_assets_tests.shipped import load

ALL = [f"{name}.{function}" for name, functions in PAGES.items() for function in functions]
HOLD = """
import sys
from vault_assets.settings import Settings
from vault_assets.targets.ducklake import DuckLake
lake = DuckLake('social', Settings())
lake.connection()
print('open', flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("name", ALL)
@pytest.mark.usefixtures("empty")
def test_without_a_lake_a_page_says_how_to_load(name: str) -> None:
    app = page(name)
    assert not app.exception
    warehouse = name.partition(".")[0]
    assert any(f"{warehouse.capitalize()} is not loaded yet" in title for title in titles(app))
    assert f"vault-assets land {warehouse}" in app.code[0].value


def test_a_lake_without_marts_says_how_to_load(empty: Place) -> None:
    with empty.lake() as lake:
        lake.connection().execute("create schema stage; create table stage.t as select 1 as n")
    assert any("not loaded yet" in title for title in titles(page("social.conversion")))


@pytest.mark.usefixtures("empty")
def test_without_settings_a_page_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAULT_ASSETS_CATALOG")
    app = page("social.conversion")
    assert any("No lake is set up" in title for title in titles(app))
    assert any("VAULT_ASSETS_CATALOG" in text.value for text in app.text)


@pytest.mark.usefixtures("empty")
def test_a_server_that_does_not_answer_is_named_without_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VAULT_ASSETS_CATALOG", "postgresql://nobody@127.0.0.1:9/lake")
    monkeypatch.setenv("VAULT_ASSETS_CATALOG_PASSWORD", "a-secret-word")
    app = page("social.conversion")
    assert not app.exception
    assert any("cannot be reached" in title for title in titles(app))
    assert "a-secret-word" not in " ".join(text.value for text in app.text)


def test_a_lake_in_use_is_explained_and_comes_back(shown: Place) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=shown.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        app = page("social.conversion")
        assert any("A load is using this lake" in title for title in titles(app))
        holder.stdin.close()
    app.button(key="try_again").click().run()
    assert "Groups compared" in cards(app)


def test_new_rows_are_seen_without_a_restart(empty: Place, tmp_path: Path) -> None:
    load("social", tmp_path / "landing")
    app = page("social.activity")
    before = cards(app)
    load("social", tmp_path / "landing", FIRST_DATE + dt.timedelta(days=1))
    app.run()
    assert cards(app)["Messages"] != before["Messages"]
    now = empty.value("select sum(messages) from mart.group_activity")
    assert cards(app)["Messages"] == f"{now:,}"
