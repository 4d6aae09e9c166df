"""A mistake in a declaration names file, line and the nearest valid name."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.model.reading import read_warehouse
from vault_assets.model.sources import Source

GOOD = """\
type: vault_assets.Warehouse
attributes:
  name: shop
  sources:
    customers:
      objects: shop/customers/**/*.csv
      columns:
        id: {type: integer, nullable: false}
        name: text(200)
        city: text
    orders:
      objects: [shop/orders/*.csv]
      columns:
        order_id: integer
        customer_id: integer
  hubs:
    h_customers: {keys: customer_id, from: {stage: customers, columns: {customer_id: id}}}
    h_orders: {keys: order_id, from: orders}
  links:
    l_orders:
      hubs: {hk_orders: h_orders, hk_customers: h_customers}
      from: orders
      orphans: quarantine
  satellites:
    s_names:
      parent: h_customers
      payload: [name]
      from: customers
"""


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "defs.yaml"
    path.write_text(text, encoding="utf-8")
    return read_warehouse(path)


def mistake(tmp_path: Path, old: str, new: str) -> str:
    """Return what is said when `old` is written as `new`, with the line put as `LINE`."""
    assert old in GOOD
    line = GOOD[: GOOD.index(old)].count("\n") + 1
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    return str(caught.value).replace(f"{tmp_path / 'defs.yaml'}:{line}:", "HERE:")


def test_a_good_declaration_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("objects: [shop", "objets: [shop", "did you mean 'objects'?"),
        ("parent: h_customers", "parent: h_customer", "did you mean 'h_customers'?"),
        ("payload: [name]", "payload: [nam]", "did you mean 'name'?"),
        ("from: customers", "from: custmers", "did you mean 'customers'?"),
        ("city: text", "city: txt", "'txt' is not a type"),
        ("name: shop", "name: Shop-1", "is not a valid name"),
        ("hk_customers: h_customers", "hk_customers: h_client", "no hub 'h_client'"),
        ("objects: shop", "objects: /shop", "must be a key below the landing root"),
        ("city: text", "city: {type: text, epoc: ms}", "did you mean 'epoch'?"),
        ("city: text", "city: {type: timestamp, epoch: h}", "Input should be 's', 'ms' or 'us'"),
        ("city: text", "city: {type: integer, epoch: ms}", "declare `type: timestamp`"),
        ("city: text", "city: {type: date, epoch: ms}", "epoch needs a timestamp, this is date"),
        (
            "city: text",
            "city: {type: timestamp, epoch: ms, time_zone: Europe/Berlin}",
            "remove time_zone",
        ),
        ("city: text", "city: {type: integer, strip: x}", "strip needs a text, this is integer"),
        ("city: text", "city: {type: text, strip: xy}", "at most 1 character"),
        ("city: text", "city: {type: date, repair_encoding: true}", "declare `type: text`"),
        ("city: text", "city: {type: text, key: a, path: a.b}", "exclude each other"),
        ("city: text", "city: {type: text, path: a..b}", "'' is no key"),
        ("city: text", "city: {type: text, key: 'a\"b'}", "is no key"),
    ],
)
def test_a_mistake_is_placed_and_explained(tmp_path: Path, old: str, new: str, said: str) -> None:
    message = mistake(tmp_path, old, new)
    assert "HERE:" in message
    assert said in message


@pytest.mark.parametrize(
    ("format_", "option", "said"),
    [
        ("format: jsnl", "", "Input should be 'csv' or 'jsonl'"),
        ("format: jsonl", "delimiter: ;", "JSON lines have no delimiter: remove it"),
        ("format: csv", "columns: {id: {type: integer, key: Id}}", "are for `format: jsonl`"),
        ("", "columns: {id: {type: integer, path: a.b}}", "are for `format: jsonl`"),
    ],
)
def test_options_must_fit_the_format(tmp_path: Path, format_: str, option: str, said: str) -> None:
    lines = ["columns: {id: integer}", *filter(None, [format_, option])]
    keys = {line.split(":")[0]: line for line in lines}
    text = "\n      ".join(["objects: shop/*.csv", *keys.values()])
    with pytest.raises(DeclarationError, match=r"defs.yaml:\d+: sources.customers") as caught:
        read(
            tmp_path,
            "type: vault_assets.Warehouse\nattributes:\n  name: shop\n  sources:\n"
            f"    customers:\n      {text}\n",
        )
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("objects", "declared", "found"),
    [
        ("a/*.csv", None, "csv"),
        ("a/*", None, "csv"),
        ("a/*.jsonl", None, "jsonl"),
        (["a/*.jsonl", "a/*.jsonl.gz"], None, "jsonl"),
        (["a/*.jsonl", "a/*.jsonl.zip"], None, "jsonl"),
        ("a/*.zip", None, "csv"),
        ("a/*.csv", "jsonl", "jsonl"),
        (["a/*.jsonl", "a/*.csv"], "csv", "csv"),
    ],
)
def test_the_format_is_declared_or_follows_the_ending(
    objects: str | list[str], declared: str | None, found: str
) -> None:
    source = {"objects": objects, "format": declared, "columns": {"a": "text"}}
    assert Source.model_validate(source).file_format == found


def test_endings_of_two_formats_need_a_declared_one() -> None:
    source = {"objects": ["a/*.jsonl", "a/*.csv"], "columns": {"a": "text"}}
    with pytest.raises(ValidationError, match="declare `format: jsonl` or csv"):
        Source.model_validate(source)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("parent: h_customers", "parent: h_custommers").replace(
        "hk_orders: h_orders", "hk_orders: h_order"
    )
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, text)
    assert "h_custommers" in str(caught.value)
    assert "'h_order'" in str(caught.value)


def test_a_relation_to_a_hub_that_the_stage_does_not_feed_needs_an_orphan_policy(
    tmp_path: Path,
) -> None:
    message = mistake(tmp_path, "      orphans: quarantine\n", "")
    assert "does not feed 'h_customers'" in message
    assert "declare `orphans`" in message


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r":14: 'columns' is given twice"):
        read(
            tmp_path,
            GOOD.replace("objects: [shop/orders/*.csv]", "columns: {a: text}\n      objects: x", 1),
        )


def test_floats_cannot_be_keys(tmp_path: Path) -> None:
    message = mistake(tmp_path, "order_id: integer", "order_id: float")
    assert "floats cannot be keys" in message


def test_one_hash_column_of_a_stage_has_one_meaning(tmp_path: Path) -> None:
    text = GOOD.replace(
        "      orphans: quarantine\n",
        "      orphans: quarantine\n"
        "    l_twice:\n"
        "      hubs: {hk_orders: h_orders, hk_customers: h_customers}\n"
        "      from: {stage: orders, keys: {hk_customers: order_id}}\n"
        "      orphans: pass\n",
    )
    with pytest.raises(DeclarationError, match="give the role another name"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "no valid YAML"),
        ("type: other.Component\n", "is no declaration of type"),
        ("type: vault_assets.Warehouse\nattributes: {name: x}\n", "sources"),
    ],
)
def test_what_is_no_declaration_is_said_to_be_none(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        read(tmp_path, text)
