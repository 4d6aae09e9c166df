"""Metrics are declared once, and say `metric(name)` in the queries of marts."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from vault_assets.errors import DeclarationError
from vault_assets.loading.marts import build_mart
from vault_assets.model import Warehouse
from vault_assets.model.metrics import Metric
from vault_assets.sql.tracing import mart_lineage, mart_sql
from vault_assets_tests.loading.lakes import memory_lake
from vault_assets_tests.loading.warehouses import source

AVERAGE = {
    "description": "Each.",
    "grain": ["day", "city, day"],
    "numerator": "amount",
    "denominator": "orders",
}
QUERY = (
    "select day, metric(average) as average from (values ($d, $a, $o)) as t (day, amount, orders)"
)


def shop(query: str = QUERY, key: Any = "day", **metric: Any) -> Warehouse:
    return Warehouse.model_validate(
        {
            "name": "shop",
            "sources": {"orders": source({"id": "integer"})},
            "metrics": {"average": AVERAGE | metric},
            "marts": {"days": {"sql": query, "key": key}},
        }
    )


def value(amount: str, orders: str, **changes: Any) -> Any:
    query = QUERY.replace("$d", "1").replace("$a", amount).replace("$o", orders)
    with memory_lake() as lake:
        build_mart(lake, shop(query, **changes), "days")
        ((found,),) = lake.connection().execute("select average from mart.days").fetchall()
        return found


@pytest.mark.parametrize(
    ("amount", "orders", "expected"),
    [
        ("10", "4", "2.50"),
        ("2.01", "2", "1.01"),  # 1.005 as a float is less
        ("-2.01", "2", "-1.01"),
        ("1", "3", "0.33"),
        ("10000000.01", "2", "5000000.01"),
        ("1", "0", None),
        ("null::decimal(12, 2)", "2", None),
        ("1", "null::bigint", None),
    ],
)
def test_quotients_are_rounded_exactly_and_null_where_nothing_divides(
    amount: str, orders: str, expected: str | None
) -> None:
    assert value(amount, orders) == (Decimal(expected) if expected else None)


def test_percent_and_decimals() -> None:
    assert value("1", "3", percent=True) == Decimal("33.33")
    assert value("1", "3", decimals=4) == Decimal("0.3333")


def test_a_formula_is_taken_as_it_is() -> None:
    own = Metric.model_validate({"description": "Sum.", "grain": "day", "formula": "amount + 1"})
    assert own.sql == "(amount + 1)"
    assert own.told == "amount + 1"
    assert shop().metrics["average"].told == "(amount) / (orders)"


def test_the_query_of_a_mart_holds_the_formula_and_lineage_sees_through_it() -> None:
    query = "select id as day, metric(average) as average from (select id, load_ts, id as amount, "
    query += "id as orders from stage.orders)"
    house = shop(query)
    assert "metric(" not in mart_sql(house, "days")
    assert mart_lineage(house, "days")["average"] == [("stage", "orders", "id")]


def test_an_unknown_metric_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DeclarationError, match=r"no metric 'averag'.*'average'"):
        mart_sql(shop("select 1 as day, metric(averag) as a"), "days")


@pytest.mark.parametrize("key", [[], "city"])
def test_a_metric_is_refused_where_its_grain_is_not_the_marts_key(key: Any) -> None:
    with pytest.raises(DeclarationError, match=r"has the grain day or city, day"):
        mart_sql(shop(key=key), "days")


def test_the_order_of_a_key_does_not_matter() -> None:
    assert "round" in mart_sql(shop(key=["day", "city"]), "days")


@pytest.mark.parametrize(
    "form",
    [
        {"formula": "1"},
        {"denominator": ""},
        {"numerator": ""},
        {"numerator": "", "denominator": ""},
        {"grain": []},
        {"decimals": 9},
    ],
)
def test_a_metric_has_one_form(form: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Metric.model_validate(AVERAGE | form)
