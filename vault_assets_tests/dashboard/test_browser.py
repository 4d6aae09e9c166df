"""The dashboard as it is served, in a real browser: every page, its charts, the URL, a download."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from vault_assets_tests.dashboard.shop_window import NEEDS_DAGSTER, PAGES
from vault_assets_tests.places import COMMAND, single_process_place
from vault_assets_tests.shipped import SHIPPED
from vault_assets_tests.ui.pages import browser_page

OVERVIEW = "overview"
PATHS = [OVERVIEW, *(f"{name}.{function}" for name in SHIPPED for function in PAGES[name])]
WIDTH = 1500
# Read here: the settings of a place begin with an environment that has none of these.
LAKES = os.environ.get("VAULT_ASSETS_SHOWN")
PICTURES = os.environ.get("VAULT_ASSETS_SCREENSHOTS")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        shutil.which("chromium") is None,
        reason="needs Chromium on PATH, for example: apt-get install chromium",
    ),
]


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over the loaded lakes, or over those that VAULT_ASSETS_SHOWN names."""
    folder = Path(LAKES or request.getfixturevalue("loaded"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("served") / "dashboard.log"
    with (
        single_process_place(folder) as place,
        log.open("w") as output,
        subprocess.Popen(
            [*COMMAND, "dashboard", "--port", str(port)],
            env=place.environment,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    """A window of a browser."""
    with browser_page() as page:
        yield page


def _wait_for(health: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise AssertionError(f"the dashboard does not answer: {log.read_text()[-3000:]}")


def _open(window: Page, address: str) -> None:
    """Open a page in a window as high as the page, and wait until it stands still."""
    window.set_viewport_size({"width": WIDTH, "height": 1000})
    window.goto(address)
    window.locator("[data-testid=stMainBlockContainer] h1, h3").first.wait_for()
    _settle(window)
    height = window.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    window.set_viewport_size({"width": WIDTH, "height": max(900, height)})
    _settle(window)


def _settle(window: Page) -> None:
    window.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
    )
    window.wait_for_timeout(1500)


def _picture(window: Page, name: str) -> None:
    if PICTURES:
        window.mouse.move(0, 0)
        window.screenshot(path=Path(PICTURES) / f"dashboard_{name.replace('.', '_')}.png")


@pytest.mark.parametrize("name", PATHS)
def test_every_page_draws_all_its_charts(url: str, window: Page, name: str) -> None:
    _open(window, f"{url}/{'' if name == OVERVIEW else name.partition('.')[2]}")
    expect(window.locator("[data-testid=stException]")).to_have_count(0)
    expect(window.get_by_text("Vault Assets").first).to_have_count(0)  # the logo is a picture
    if name not in NEEDS_DAGSTER:
        assert window.locator("[data-testid=stMetric]").count() >= 3
        charts = window.locator("[data-testid=stVegaLiteChart] :is(canvas, svg.marks)")
        for box in (chart.bounding_box() for chart in charts.all() if chart.is_visible()):
            assert box is not None
            assert box["width"] > 200
            assert box["height"] > 80
    _picture(window, name)


def test_the_overview_names_all_warehouses_as_loaded(url: str, window: Page) -> None:
    _open(window, url)
    for name in SHIPPED:
        expect(window.locator(f".st-key-panel_{name}")).to_contain_text("Loaded")


def test_a_filter_writes_itself_into_the_url(url: str, window: Page) -> None:
    _open(window, f"{url}/activity")
    window.get_by_label("Group", exact=True).fill("no such group")
    window.get_by_label("Group", exact=True).press("Enter")
    expect(window.get_by_text("No rows for these filters").first).to_be_visible()
    assert "search=no+such+group" in window.url.replace("%20", "+")
    window.reload()
    expect(window.get_by_text("No rows for these filters").first).to_be_visible()


def test_what_is_shown_can_be_downloaded(url: str, window: Page) -> None:
    _open(window, f"{url}/conversion")
    panel = window.locator(".st-key-panel_ranked_groups")
    with window.expect_download() as download:
        panel.get_by_test_id("stDownloadButton").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "ranked_groups.csv"
    assert text.startswith("rank,group_name,founded,added,writers,conversion\n")


def test_a_link_of_the_overview_leads_to_a_warehouse(url: str, window: Page) -> None:
    _open(window, url)
    window.locator(".st-key-panel_social").get_by_role("link", name="Open").click()
    expect(window.get_by_role("heading", name="Group conversion")).to_be_visible()
