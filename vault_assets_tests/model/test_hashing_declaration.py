"""What a declaration may say of hashing, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from vault_assets.errors import DeclarationError
from vault_assets.model import Warehouse
from vault_assets.model.hashing import AutomateDv, Datavault4dbt, OwnHashing
from vault_assets.model.reading import read_warehouse

SHOP = """\
type: vault_assets.Warehouse
attributes:
  name: shop
  hashing: HASHING
  sources:
    orders:
      objects: shop/*.csv
      columns: {order: integer, day: date, price: "decimal(9,2)", weight: float, note: text}
  hubs:
    h_orders: {keys: KEYS, from: orders}
  satellites:
    s_orders: {parent: h_orders, payload: PAYLOAD, from: orders}
"""


def shop(tmp_path: Path, hashing: str, keys: str = "order", payload: str = "[note]") -> Warehouse:
    path = tmp_path / "defs.yaml"
    text = SHOP.replace("HASHING", hashing).replace("KEYS", keys).replace("PAYLOAD", payload)
    path.write_text(text, encoding="utf-8")
    return read_warehouse(path)


def test_the_default_rules_need_no_word(tmp_path: Path) -> None:
    assert shop(tmp_path, "vault_assets").hashing == OwnHashing.model_validate({})
    assert shop(tmp_path, "{digest: sha256}").hashing == OwnHashing.model_validate(
        {"digest": "sha256"}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("automate_dv", AutomateDv),
        ("{profile: automate_dv, digest: sha1, casing: false}", AutomateDv),
        ("datavault4dbt", Datavault4dbt),
        ("{profile: datavault4dbt, variant: first, strip_trailing: true}", Datavault4dbt),
    ],
)
def test_a_profile_is_a_name_or_a_mapping(tmp_path: Path, text: str, expected: Any) -> None:
    declared = shop(tmp_path, text)
    assert isinstance(declared.hashing, expected)
    assert Warehouse.model_validate(declared.model_dump(by_alias=True)) == declared


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("automate", "automate_dv"),
        ("{profile: automate_dv, digest: sha512}", "'md5', 'sha1' or 'sha256'"),
        ("{profile: datavault4dbt, varant: first}", "unknown key: did you mean 'variant'?"),
        ("{profile: automate_dv, formats: {date: '%y'}}", "%Y %m %d %H %M %S %f"),
        ("{profile: automate_dv, formats: {date: 'd%'}}", "%Y %m %d %H %M %S %f"),
    ],
)
def test_a_mistake_is_placed_and_explained(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        shop(tmp_path, text)
    assert "defs.yaml:4: hashing" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("profile", ["automate_dv", "datavault4dbt"])
def test_types_whose_text_the_other_engine_chose_need_a_format(
    tmp_path: Path, profile: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        shop(tmp_path, profile, "day", "[price, weight]")
    assert f"'day' is date, and {profile} hashes" in str(caught.value)
    assert "declare its text as hashing.formats.date" in str(caught.value)
    assert "declare its text as hashing.formats.decimal" in str(caught.value)
    assert "'weight' is float" in str(caught.value)
    assert "declare decimal(p,s) or text" in str(caught.value)
    formats = f"{{profile: {profile}, formats: {{date: '%Y-%m-%d', decimal: fixed}}}}"
    assert shop(tmp_path, formats, "day", "[price, note]")
