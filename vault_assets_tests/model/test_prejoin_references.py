"""Mistakes in the declaration of prejoins are found, with their line and the nearest name."""

from pathlib import Path

import pytest

from vault_assets.errors import DeclarationError
from vault_assets.model.reading import read_warehouse

GOOD = """\
type: vault_assets.Warehouse
attributes:
  name: shop
  sources:
    orders:
      objects: orders/*.csv
      columns: {order_no: integer, customer_no: integer, weight: float, region: text(3)}
      derived:
        label: {type: text, sql: "customer_key || '!'"}
        code: {type: text, sql: "region || '!'"}
        land: {type: text, sql: "code || '!'"}
        day: {type: text, from_key: 'orders/(?P<value>.+)[.]csv'}
      prejoins:
        customer:
          source: customers
          on:
            customer_no: id
            region: region
          columns:
            customer_key: business_key
    customers:
      objects: customers/*.csv
      columns:
        {id: integer, region: text, weight: float, business_key: {type: text, description: No.}}
      prejoins:
        town:
          source: towns
          on: {region: name}
          columns: {mayor: mayor}
          missing: "null"
    towns:
      objects: towns/*.csv
      columns: {name: text, mayor: text(9), customer_no: integer}
  hubs:
    h_customers:
      keys: business_key
      from: [customers, {stage: orders, columns: {business_key: customer_key}}]
  satellites:
    s_towns: {parent: h_customers, payload: [mayor], from: customers}
"""


def read(tmp_path: Path, text: str = GOOD) -> object:
    path = tmp_path / "defs.yaml"
    path.write_text(text, encoding="utf-8")
    return read_warehouse(path)


def test_columns_looked_up_are_columns_with_type_and_description(tmp_path: Path) -> None:
    """The word `on` is a key here, though YAML takes it for true."""
    path = tmp_path / "defs.yaml"
    path.write_text(GOOD, encoding="utf-8")
    found = read_warehouse(path)
    assert found.sources["orders"].prejoins["customer"].missing == "quarantine"
    assert list(found.stage_types("orders")) == [
        "order_no", "customer_no", "weight", "region", "customer_key",
        "label", "code", "land", "day",
    ]  # fmt: skip
    assert str(found.stage_types("customers")["mayor"]) == "text(9)"
    assert found.described("orders", "customer_key") == "No."
    assert found.described("orders", "label") == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: customers", "source: customer", "did you mean 'customers'?"),
        ("source: customers", "source: orders", "'orders' cannot look itself up"),
        ("customer_no: id", "customer_nr: id", "did you mean 'customer_no'?"),
        ("customer_no: id", "customer_no: idd", "did you mean 'id'?"),
        ("customer_no: id", "customer_no: region", "'customer_no' is integer, but 'region'"),
        ("customer_no: id", "weight: weight", "floats cannot be keys"),
        ("customer_no: id", "label: region", "computed from 'customer_key', which is not there"),
        ("customer_no: id", "land: region", "computed from 'code', which is not there"),
        ("customer_no: id", "code: id", "'code' is text, but 'id' of 'customers' is integer"),
        ("customer_no: id", "day: region", "taken from the key of the object"),
        ("customer_key: business_key", "customer_key: busines_key", "did you mean 'business_key'?"),
        ("customer_key: business_key", "region: business_key", "is a column of the file too"),
        ("customer_key: business_key", "label: business_key", "is a derived column too"),
        ("customer_key: business_key", "load_ts: business_key", "every table has already"),
        ('missing: "null"', "missing: null", 'write "null" in quotes'),
        ('missing: "null"', "missing: drop", "'quarantine' or 'null'"),
        ("source: towns", "sauce: towns", "did you mean 'source'?"),
    ],
)
def test_a_mistake_is_placed_and_explained(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    line = GOOD[: GOOD.index(old)].count("\n") + 1
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert f"defs.yaml:{line}: " in str(caught.value)
    assert said in str(caught.value)


def test_two_prejoins_cannot_give_one_name(tmp_path: Path) -> None:
    other = "        other: {source: towns, on: {region: name}, columns: {customer_key: mayor}}\n"
    text = GOOD.replace("        customer:\n", other + "        customer:\n", 1)
    with pytest.raises(DeclarationError, match="is looked up by 'other' too"):
        read(tmp_path, text)


def test_stages_do_not_look_each_other_up_in_a_circle(tmp_path: Path) -> None:
    circle = (
        "      prejoins: {o: {source: orders, on: {customer_no: order_no}, columns: {w: region}}}\n"
    )
    text = GOOD.replace("  hubs:\n", circle + "  hubs:\n", 1)
    with pytest.raises(DeclarationError, match="look each other up in a circle: "):
        read(tmp_path, text)
