"""Pictures and pages of a warehouse: what they hold, and that they are pictures."""

import datetime as dt
import io
from functools import cache
from pathlib import Path

from PIL import Image

from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.reporting import lineage_figure, star_figure
from vault_assets.reporting.lineage import Lineage, lineage_of
from vault_assets.reporting.pages import CheckState, Model, Summary, index_page, log_text
from vault_assets.reporting.stars import star_of

ROOT = Path(__file__).parents[2]
A, B, C, D = ("raw", "a"), ("raw", "b"), ("mart", "c"), ("mart", "d")
SMALL = Lineage(("raw", "mart"), {A: (), B: (A,), C: (A, B), D: (C, A)})
NOW = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)


@cache
def declared(name: str) -> Warehouse:
    return read_warehouse(ROOT / "vault_assets" / "defs" / name / "defs.yaml")


def size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        return image.size


def test_implied_parents_are_left_out() -> None:
    assert SMALL.direct() == {A: (), B: (A,), C: (B,), D: (C,)}


def test_columns_follow_layers_and_depth() -> None:
    assert SMALL.places() == {A: 0, B: 1, C: 2, D: 3}


def test_a_curve_that_passes_a_column_has_a_place_there() -> None:
    wide = Lineage(("raw", "mart"), {A: (), B: (), C: (B,), D: (C, A)})
    picture = wide.picture()
    assert (A, 1) in picture.columns[1]
    assert ((A, 0), (A, 1)) in picture.steps
    assert ((A, 1), (D, 2)) in picture.steps
    heights = picture.heights()
    assert all(0 < height < 1 for height in heights.values())


def test_every_table_of_every_warehouse_is_drawn() -> None:
    for name in ("social", "engagement", "audio", "commerce"):
        warehouse = declared(name)
        lineage = lineage_of(warehouse)
        tables = {(layer, table) for layer, table, _ in warehouse.tables()}
        assert tables <= set(lineage.parents)
        shown = {table for column in lineage.picture().columns for table, _ in column}
        assert shown == set(lineage.parents)
        for table, parents in lineage.parents.items():
            assert set(parents) <= set(lineage.parents), table
    width, height = size(lineage_figure.draw("commerce", lineage_of(declared("commerce"))))
    assert width > height > 500


def test_the_star_of_commerce_has_two_facts_and_three_dimensions() -> None:
    star = star_of(declared("commerce"))
    assert star is not None
    assert star.facts == ("core.fct_orders", "core.fct_order_items")
    assert set(star.dimensions) == {"core.dim_customers", "core.dim_date", "core.dim_products"}
    assert ("core.fct_order_items", "product_id", "core.dim_products") in star.references
    assert star.keys["core.dim_date"] == ("date_key",)
    width, height = size(star_figure.draw("commerce", star))
    assert min(width, height) > 800


def test_a_warehouse_without_references_has_no_star() -> None:
    assert star_of(declared("social")) is None


def test_the_page_tells_numbers_failures_and_the_slowest() -> None:
    models = [
        Model(f"mart.m{n}", "table", "About | it.", n, "success", float(n), NOW) for n in range(7)
    ]
    models.append(Model("mart.bad", "table", "", None, "failure", 0.5, NOW, error="no\nway"))
    models.append(Model("mart.old", "table", "", 1, "success", 0.1, NOW, ("stage.x",)))
    checks = [
        CheckState("w/mart/m1", "key_unique", True, "error"),
        CheckState("w/mart/m1", "rare", False, "warn", 3, "All is well.", ('{"id": 1}',)),
        CheckState("w/mart/m2", "sums", False, "error", 2, "Sums agree."),
        CheckState("w/mart/m3", "never", None),
    ]
    summary = Summary("w", "Why.", NOW, "run-1", models, checks, (), [("Lineage", "l.png")])
    page = index_page(summary)
    assert "| 9 | 8 | 1 | 1 | 1 | 1 | 1 | 1 | 5 |" in page
    slowest = page.split("## Slowest models")[1].split("## Checks")[0]
    assert [line.split(" | ")[0] for line in slowest.splitlines() if "mart." in line] == [
        f"| mart.m{n}" for n in (6, 5, 4, 3, 2)
    ]
    failing = page.split("## Checks that fail")[1].split("## Models")[0]
    assert failing.index("sums") < failing.index("rare")
    assert "About \\| it." in page
    assert "| failed: no way |" in page
    assert "stale: stage.x newer" in page
    assert "![Lineage of w](l.png)" in page
    assert "failure" in log_text(models)
    assert "no way" in log_text(models)
