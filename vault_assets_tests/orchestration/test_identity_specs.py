"""Assets of same-as links, tracked changes and sets: kinds and dependencies."""

from vault_assets.orchestration.specs import mart_spec, vault_spec
from vault_assets_tests.api.test_api_identity_patterns import SHOP


def test_they_depend_on_their_stages_and_on_the_tables_that_they_are_judged_by() -> None:
    specs = {name: vault_spec(SHOP, name, table) for _, name, table in SHOP.vault_tables()}
    found = {name: {dep.asset_key.path[-1] for dep in spec.deps} for name, spec in specs.items()}
    assert found["sal_customers"] == {"merges", "h_customers"}
    assert found["e_customers"] == {"merges", "sal_customers"}
    assert found["xts_customers"] == {"customers", "h_customers", "s_customers"}
    assert {"link", "ducklake"} == specs["sal_customers"].kinds
    assert {"satellite", "ducklake"} == specs["e_customers"].kinds == specs["xts_customers"].kinds
    marts = {dep.asset_key.path[-1] for dep in mart_spec(SHOP, "masters").deps}
    assert marts == {"e_customers", "h_customers"}
