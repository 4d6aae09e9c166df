"""What the page of marts shows can be declared."""

from pathlib import Path

import yaml

from vault_assets.model.layouts import Layout
from vault_assets.model.marts import Mart
from vault_assets_tests.model.test_pattern_pages import BLOCK

PAGE = Path(__file__).parents[2] / "docs" / "marts.md"


def test_the_examples_of_the_page_are_declarations() -> None:
    blocks = [yaml.safe_load(block) for block in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    marts = [Mart.model_validate(m) for block in blocks for m in block.get("marts", {}).values()]
    layouts = [Layout.model_validate(block["layout"]) for block in blocks if "layout" in block]
    assert any(mart.partition for mart in marts)
    assert any(mart.incremental for mart in marts)
    assert any(mart.export for mart in marts)
    assert any(mart.is_called for mart in marts)
    assert layouts[0].partition_sql.startswith('year("played_at"), month("played_at")')
