"""The Dagster UI in a real browser, on a small loaded warehouse."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from vault_assets_tests.servers import service_home
from vault_assets_tests.ui.pages import (
    PATIENCE,
    asset_page,
    browser_page,
    ended_run,
    expanded_graph,
    materialize_button,
    open_markdown,
    screenshot,
    tile,
)

ROOT = Path(__file__).parents[2]
MART = ("social", "mart", "group_conversion")
REPORT = "social/report/conversion"
GROUPS = ("social_landing", "social_stage", "social_vault", "social_mart", "social_report")

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
def url() -> Iterator[str]:
    """Land small files, load them once, and serve the UI."""
    with service_home() as home, tempfile.TemporaryDirectory() as elsewhere:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VAULT_ASSETS_")}
        environment = kept | {"VAULT_ASSETS_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
        for arguments in (["up"], ["land", "social", "--scale", "0.01"], ["run", "social"]):
            command = [Path(sys.executable).with_name("vault-assets"), *arguments]
            done = subprocess.run(
                command,
                env=environment,
                cwd=elsewhere,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        with _dagster_dev(environment, Path(elsewhere)) as address:
            yield address


@contextmanager
def _dagster_dev(environment: dict[str, str], folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
    log = folder / "dagster-dev.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(server)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(f"the UI does not answer: {log.read_text()[-3000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its daemon, code server and run workers: they are one process group."""
    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def test_the_materialize_button_makes_a_run_that_succeeds_and_is_shown(url: str) -> None:
    with browser_page() as page:
        asset_page(page, url, "/".join(MART))
        materialize_button(page).click()
        run_id, status = ended_run(url, MART)
        assert status == "SUCCESS"

        page.goto(f"{url}/runs/{run_id}")
        expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=PATIENCE)
        asset_page(page, url, "/".join(MART), view="events")
        expect(page.get_by_text(run_id[:8]).first).to_be_visible(timeout=PATIENCE)


def test_an_asset_page_shows_how_many_rows_there_are(url: str) -> None:
    with browser_page() as page:
        asset_page(page, url, "/".join(MART))
        expect(tile(page, "Row count")).to_have_text(
            re.compile(r"Row count\s*10$"), timeout=PATIENCE
        )
        expect(page.get_by_text("cnt_added_users").first).to_be_visible(timeout=PATIENCE)
        screenshot(page, "conversion_asset")


def test_the_page_of_the_report_shows_its_chart(url: str) -> None:
    with browser_page(zoom=0.7) as page:
        asset_page(page, url, REPORT)
        chart = open_markdown(page, "chart").get_by_role("img", name="Conversion")
        expect(chart).to_be_visible(timeout=PATIENCE)
        assert chart.evaluate("image => image.complete && image.naturalWidth") > 500
        screenshot(page, "conversion_report")


def test_the_graph_shows_the_five_layers_from_top_to_bottom(url: str) -> None:
    with browser_page(zoom=0.5) as page:
        places = expanded_graph(page, url, GROUPS)
        assert sorted(GROUPS, key=places.__getitem__) == list(GROUPS)
        # The colours of the nodes arrive later, in portions.
        screenshot(page, "asset_graph", after=10_000)
