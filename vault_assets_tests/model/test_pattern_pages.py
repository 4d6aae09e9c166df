"""The pages of the patterns: what they say can be declared."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from vault_assets.model.vault import Vault

PAGES = Path(__file__).parents[2] / "docs" / "patterns"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def patterns() -> dict[str, str]:
    """Return the field of each pattern by the name of its page."""
    return {get_args(field.annotation)[1].pattern: n for n, field in Vault.model_fields.items()}


@pytest.mark.parametrize(("pattern", "field"), patterns().items())
def test_every_pattern_has_a_page_whose_examples_are_declarations(pattern: str, field: str) -> None:
    text = (PAGES / f"{pattern}.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in BLOCK.findall(text)]
    assert any(getattr(Vault.model_validate(block), field) for block in blocks)
    for part in ("**What.**", "**When.**", "**Rule", "**Checks.**"):
        assert part in text
    assert f"]({pattern}.md) | `{field}`" in (PAGES / "README.md").read_text(encoding="utf-8")
