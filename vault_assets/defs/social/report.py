"""The report of `social`: which groups to advertise, as a picture and a page."""

import base64
import io

import dagster as dg
import polars as pl
from PIL import Image

from vault_assets.loading.reporting import source_totals
from vault_assets.orchestration.resources import LakeResource
from vault_assets.reporting.conversion import report
from vault_assets.settings import Settings

DIALOG_WIDTH = 1080
"""Pixels."""


@dg.asset(
    key=["social", "report", "conversion"],
    group_name="social_report",
    ins={"group_conversion": dg.AssetIn(["social", "mart", "group_conversion"])},
    owners=["team:community"],
    tags={"domain": "social"},
    kinds={"matplotlib", "polars"},
    description="The ranked groups, a chart, and the quarantined rows beside the answer.",
)
def conversion(group_conversion: pl.DataFrame, lake: LakeResource) -> dg.MaterializeResult:
    """Write `conversion.png` and `conversion.md` below the reports folder."""
    loaded, quarantined = source_totals(lake.of("social"))
    made = report(group_conversion, loaded, quarantined)
    folder = Settings().reports / "social"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversion.png").write_bytes(made.png)
    page = f"{made.markdown}\n\n![Conversion](conversion.png)\n"
    (folder / "conversion.md").write_text(page, encoding="utf-8")
    picture = base64.b64encode(_for_a_dialog(made.png)).decode()
    return dg.MaterializeResult(
        metadata={
            "chart": dg.MetadataValue.md(f"![Conversion](data:image/png;base64,{picture})"),
            "answer": dg.MetadataValue.md(made.markdown),
            "file": dg.MetadataValue.path(str(folder / "conversion.md")),
        }
    )


def _for_a_dialog(png: bytes) -> bytes:
    """Return the picture narrow enough for the dialog that shows metadata."""
    with Image.open(io.BytesIO(png)) as image, io.BytesIO() as target:
        image.thumbnail((DIALOG_WIDTH, image.height))
        image.save(target, format="png", optimize=True)
        return target.getvalue()
