"""`check`: a mistake in a query is told with the line of the declaration that names it."""

import sys
from pathlib import Path

import pytest

from vault_assets_tests.cli.conftest import Call

DECLARATION = """\
type: vault_assets.Warehouse
attributes:
  name: shop
  owners: [team:data]
  sources:
    customers: {objects: shop/*.csv, columns: {id: integer, city: text}}
  hubs:
    h_customers: {keys: id, from: customers, checks: {mine: {sql: select 1}}}
  marts:
    cities: {key: city, sql: select distinct city from stage.customers}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The declaration of a project that holds nothing else."""
    package = tmp_path / "checked_shop"
    (package / "defs" / "shop").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "definitions.py").touch()
    monkeypatch.delitem(sys.modules, "checked_shop", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("VAULT_ASSETS_MODULE", "checked_shop.definitions")
    return package / "defs" / "shop" / "defs.yaml"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("select distinct", "selec distinct", ("defs.yaml:10: ", "cannot be read")),
        (
            "from stage.customers",
            "from stage.customer",
            ("defs.yaml:10: ", "did you mean 'stage.customers'?"),
        ),
        (
            "select distinct city from stage.customers",
            "no.sql",
            ("defs.yaml:10: ", "no SQL file 'no.sql'"),
        ),
        ("select 1", "selec 1", ("defs.yaml:8: ", "check 'mine' is no SQL")),
        ("select 1", "no.sql", ("defs.yaml:8: ", "no SQL file 'no.sql'")),
        ("team:data", "data", ("defs.yaml:4: ", "an e-mail address, or team:data")),
    ],
)
def test_a_mistake_is_told_with_its_line(
    call: Call, shop: Path, right: str, wrong: str, told: tuple[str, str]
) -> None:
    shop.write_text(DECLARATION, encoding="utf-8")
    assert call("check").code == 0
    shop.write_text(DECLARATION.replace(right, wrong, 1), encoding="utf-8")
    said = call("check")
    assert said.code == 1
    assert all(text in said.out for text in told)
    assert "\x1b" not in said.out
