"""The pages of Dagster's UI in Chromium, and what its API says about runs."""

import json
import os
import shutil
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, sync_playwright

PATIENCE = 90_000  # milliseconds: a page may take this long on a busy machine
_FLAGS = (
    "--no-sandbox",  # Chromium refuses its sandbox to root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_RUNS = """
{ runsOrError(limit: 20) { ... on Runs { results { runId status assetSelection { path } } } } }
"""
_ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


@contextmanager
def browser_page(zoom: float = 1.0) -> Iterator[Page]:
    """Open an empty page of 1600 by 1000 pixels, zoomed as with a browser's own zoom."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(_FLAGS)
        )
        page = browser.new_page(
            viewport={"width": round(1600 / zoom), "height": round(1000 / zoom)},
            device_scale_factor=zoom,
        )
        page.set_default_timeout(PATIENCE)
        # The invitation covers the first page at a moment of its own choice.
        page.add_init_script("localStorage.setItem('communityNux', JSON.stringify('1'))")
        page.add_init_script("localStorage.setItem('dagster-nav-collapsed', 'true')")
        try:
            yield page
        finally:
            browser.close()


def asset_page(page: Page, url: str, key: str, view: str = "overview") -> None:
    """Go to the page of an asset and wait until it can be used."""
    page.goto(f"{url}/assets/{key}?view={view}")
    materialize_button(page).wait_for()


def materialize_button(page: Page) -> Locator:
    """Return the button of an asset's page; the name of its icon is part of its own."""
    return page.get_by_role("button", name="Materialize").first


def tile(page: Page, label: str) -> Locator:
    """Return the tile of an asset's status with this label and its value."""
    return page.get_by_text(label, exact=True).first.locator("xpath=..")


def open_markdown(page: Page, key: str) -> Locator:
    """Open the markdown of a metadata entry; return the dialog."""
    row = page.get_by_role("row").filter(has=page.get_by_text(key, exact=True))
    row.get_by_text("[Show Markdown]").click()
    return page.get_by_role("dialog")


def expanded_graph(page: Page, url: str, groups: Sequence[str]) -> dict[str, float]:
    """Go to the graph of all assets, open every group, and zoom out until all are in the window.

    Returns:
        The upper edge of each group, in pixels.
    """
    # Upright it is as wide as a window; lying it is three times as high as one.
    page.add_init_script("""localStorage.setItem('asset-graph-direction', '"vertical"')""")
    page.goto(f"{url}/asset-groups")
    page.get_by_text("Materialize all").wait_for()
    page.get_by_label("panel_show_right").first.click()
    page.keyboard.press("Alt+e")
    nodes = page.locator("svg foreignObject")
    settled(nodes)
    heads = {group: nodes.get_by_text(group, exact=True) for group in groups}
    for _ in range(10):  # what lies outside of the window is not drawn
        if all(head.count() for head in heads.values()):
            break
        page.get_by_label("zoom_out").click()
        settled(nodes, still=1)
    return {
        group: head.evaluate("e => e.getBoundingClientRect().y") for group, head in heads.items()
    }


def settled(nodes: Locator, still: float = 3.0) -> None:
    """Wait until nodes exist and have not moved for some seconds."""
    end = time.monotonic() + PATIENCE / 1000
    before, since = [], time.monotonic()
    while time.monotonic() < end:
        boxes = nodes.evaluate_all(
            "all => all.map(e => { const b = e.getBoundingClientRect(); return [b.x, b.y] })"
        )
        if boxes != before:
            before, since = boxes, time.monotonic()
        elif boxes and time.monotonic() - since > still:
            return
        nodes.page.wait_for_timeout(300)
    raise AssertionError("the graph never stood still")


def runs_of(url: str, key: Sequence[str]) -> dict[str, str]:
    """Return id and status of the latest runs of exactly one asset."""
    request = urllib.request.Request(
        f"{url}/graphql",
        data=json.dumps({"query": _RUNS}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        runs: list[dict[str, Any]] = json.load(answer)["data"]["runsOrError"]["results"]
    chosen = [{"path": list(key)}]
    return {run["runId"]: run["status"] for run in runs if run["assetSelection"] == chosen}


def ended_run(url: str, key: Sequence[str], seconds: float = 150) -> tuple[str, str]:
    """Wait for a run of exactly one asset to end; return its id and status."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for run_id, status in runs_of(url, key).items():
            if status in _ENDED:
                return run_id, status
        time.sleep(1)
    raise AssertionError(f"no run of {key} ended: {runs_of(url, key)}")


def screenshot(page: Page, name: str, *, after: float = 1500) -> None:
    """Save the window in the folder that VAULT_ASSETS_SCREENSHOTS names, if it does.

    Args:
        page: Its window.
        name: The picture's file, without ending.
        after: Milliseconds in which what is shown may still arrive.
    """
    folder = os.environ.get("VAULT_ASSETS_SCREENSHOTS")
    if folder:
        page.mouse.move(0, 0)  # no tooltips
        page.wait_for_timeout(after)
        page.screenshot(path=Path(folder) / f"{name}.png")
