"""Warehouse `commerce` on a lake of its own: extracts land, everything is built."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from vault_assets.landing.local_folder import LocalFolder
from vault_assets.loading.audits import Verdict
from vault_assets.loading.declared_audits import declared_audits
from vault_assets.loading.judging import judge_mart
from vault_assets.loading.marts import build_mart
from vault_assets.loading.registering import register
from vault_assets.loading.staging import stage_batches
from vault_assets.loading.writing import Written
from vault_assets.model import Warehouse
from vault_assets.model.reading import read_warehouse
from vault_assets.sql.tracing import mart_order
from vault_assets.targets.ducklake import DuckLake

ROOT = Path(__file__).parents[2]
AS_OF = "2024-02-29"
Row = dict[str, str]
AGE = {"fresh_rows", "not_outdated"}
"""Checks that fail because the rows of tests are old."""


@cache
def declared() -> Warehouse:
    return read_warehouse(ROOT / "vault_assets" / "defs" / "commerce" / "defs.yaml")


def with_settings(**changes: Any) -> Warehouse:
    """Return the warehouse with other defaults of `core.settings` and `core.as_of`."""
    warehouse = declared()
    marts = dict(warehouse.marts)
    for view in ("settings", "as_of"):
        given = marts[view].parameters
        changed = {
            name: given[name].model_copy(update={"default": value})  # pyright: ignore[reportAttributeAccessIssue]
            for name, value in changes.items()
            if name in given
        }
        marts[view] = marts[view].model_copy(update={"parameters": {**given, **changed}})
    return warehouse.model_copy(update={"marts": marts})


def customer(number: int, time: str = "2024-01-01 00:00:00", **changes: str) -> Row:
    return {
        "customer_id": str(number),
        "name": f"Customer {number}",
        "email": f"c{number}@shop.example",
        "phone": "",
        "created_at": time,
        "updated_at": time,
        **changes,
    }


def product(number: int, category: str, price: str = "50.00", **changes: str) -> Row:
    return {
        "product_id": str(number),
        "name": f"Product {number}",
        "price": price,
        "category": category,
        "inventory_count": "20",
        "is_active": "true",
        "created_at": "2024-01-01 00:00:00",
        "updated_at": "2024-01-01 00:00:00",
        **changes,
    }


def order(number: int, buyer: int, day: str, status: str, total: str, **changes: str) -> Row:
    return {
        "order_id": str(number),
        "customer_id": str(buyer),
        "order_date": f"{day} 10:00:00",
        "status": status,
        "payment_method": "credit_card",
        "shipping_cost": "",
        "total_amount": total,
        "created_at": f"{day} 10:00:00",
        "updated_at": f"{day} 10:00:00",
        **changes,
    }


def item(number: int, of: int, bought: int, quantity: str, price: str, **changes: str) -> Row:
    return {
        "order_item_id": str(number),
        "order_id": str(of),
        "product_id": str(bought),
        "quantity": quantity,
        "unit_price": price,
        "discount_amount": "",
        "created_at": "2024-01-01 00:00:00",
        "updated_at": "2024-01-01 00:00:00",
        **changes,
    }


def text(table: str, rows: Sequence[Row]) -> str:
    """Return a file of the table with these rows."""
    with io.StringIO(newline="") as target:
        names = list(declared().sources[table].columns)
        writer = csv.DictWriter(target, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return target.getvalue()


@dataclass
class Shop:
    """A lake, and a folder where extracts land."""

    lake: DuckLake
    folder: Path
    warehouse: Warehouse = field(default_factory=declared)
    built: dict[str, Written] = field(default_factory=dict)
    staged: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)

    def land(self, date: str = AS_OF, /, **tables: str | Sequence[Row]) -> None:
        """Write an extract: files given as text or rows, under the keys of their tables."""
        for table, content in tables.items():
            written = content if isinstance(content, str) else text(table, content)
            path = self.folder / "commerce" / table / f"extract_date={date}" / f"{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")

    def run(self, partitions: str | None = None) -> "Shop":
        """Stage what landed, and build everything: what changed, or `all`."""
        store = LocalFolder(self.folder)
        for source in self.warehouse.sources:
            register(self.lake, store, self.warehouse, source)
            staged = stage_batches(
                self.lake,
                store,
                self.warehouse,
                source,
                run_id="test",
                extra_audits=declared_audits(self.warehouse.sources[source]),
            )
            self.staged[source] = staged.verdicts
        for name in mart_order(self.warehouse):
            mart = self.warehouse.marts[name]
            changes = mart.partition or mart.incremental
            self.built[name] = build_mart(
                self.lake,
                self.warehouse,
                name,
                run_id="test",
                partitions=partitions if changes else None,
                extra_audits=declared_audits(mart),
            )
        return self

    def rebuild(self, name: str) -> None:
        """Build one mart."""
        build_mart(self.lake, self.warehouse, name, run_id="test")

    def judged(self) -> dict[str, int]:
        """Return the wrong rows that each check of a mart finds in the tables as they stand."""
        return {
            verdict.audit.name: verdict.failed_rows
            for name in self.warehouse.marts
            for verdict in judge_mart(self.lake, self.warehouse, name)
        }

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.session().connection.execute(sql).fetchall()

    def cells(self, table: str, columns: str, where: str = "true") -> tuple[Any, ...]:
        """Return columns of the one row where a condition holds; numbers as they are written."""
        casts = ", ".join(f"cast({column.strip()} as varchar)" for column in columns.split(","))
        (row,) = self.query(f"select {casts} from {table} where {where}")
        return row

    def failed(self) -> dict[str, int]:
        """Return the checks that did not pass, but those of age, with the rows found."""
        verdicts = [v for written in self.built.values() for v in written.verdicts]
        verdicts += [v for found in self.staged.values() for v in found]
        return {
            v.audit.name: v.failed_rows
            for v in verdicts
            if not v.passed and v.audit.name not in AGE
        }

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of every mart that is stored."""
        return {
            name: self.query(f"from {self.warehouse.mart_label(name)} order by all")
            for name, mart in self.warehouse.marts.items()
            if mart.kind == "table" and name != "dim_date"
        }


CUSTOMERS = [customer(1), customer(2)]
PRODUCTS = [product(1, "Clothing"), product(2, "Footwear", "200.00")]
ORDERS = [
    order(1, 1, "2024-01-05", "completed", "110.00", shipping_cost="10.00"),
    order(2, 1, "2024-01-20", "completed", "190.00", shipping_cost="10.00"),
    order(3, 2, "2024-01-20", "cancelled", "55.00", shipping_cost="5.00"),
    order(4, 2, "2024-02-10", "processing", "60.00", shipping_cost="10.00"),
    order(5, 1, "2024-02-15", "completed", "200.00"),
]
ITEMS = [
    item(1, 1, 1, "2", "50.00"),
    item(2, 2, 2, "1", "200.00", discount_amount="20.00"),
    item(3, 3, 1, "1", "50.00"),
    item(4, 4, 1, "1", "50.00"),
    item(5, 5, 2, "1", "200.00"),
]
EXAMPLE = {"customers": CUSTOMERS, "products": PRODUCTS, "orders": ORDERS, "order_items": ITEMS}
SMALL_THRESHOLDS = {"vip": 400, "high_value": 200, "medium_value": 50}
