"""The sample extracts of warehouse `commerce` have the quirks that loaders must bear."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from vault_assets.errors import SettingsError
from vault_assets.samples import commerce

SMALL = 0.3
DAYS = [commerce.FIRST_DATE + dt.timedelta(days=n) for n in range(5)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Tables of the first extract, and `later_...` of the four that follow."""
    con = duckdb.connect()
    folder = tmp_path_factory.mktemp("shop")
    for date in DAYS:
        for path in commerce.generate(folder, scale=SMALL, date=date, broken=False):
            name = path.stem if date == DAYS[0] else f"later_{path.stem}"
            con.execute(
                f"create table if not exists {name} as from read_csv('{path}') limit 0;"
                f"insert into {name} from read_csv('{path}')"
            )
    return con


def holds(con: duckdb.DuckDBPyConnection, sql: str) -> bool:
    row = con.execute(f"select {sql}").fetchone()
    assert row is not None
    return row[0]


def test_files_lie_under_the_keys_of_their_table_and_date(tmp_path: Path) -> None:
    paths = commerce.generate(tmp_path, scale=0.001, date=DAYS[1])
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        f"commerce/{table}/extract_date=2024-03-02/{table}.csv" for table in commerce.TABLES
    ]


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> list[bytes]:
        paths = commerce.generate(tmp_path / name, scale=0.01, seed=seed)
        return [path.read_bytes() for path in paths]

    assert made("a", 3) == made("b", 3)
    assert all(ours != theirs for ours, theirs in zip(made("a", 3), made("c", 4), strict=True))


def test_each_file_ends_with_its_broken_lines(tmp_path: Path) -> None:
    paths = commerce.generate(tmp_path, scale=0.001)
    for path, bad in zip(paths, commerce.BROKEN.values(), strict=True):
        assert path.read_text().splitlines()[-len(bad) :] == [item.line for item in bad]


@pytest.mark.parametrize(
    "claim",
    [
        "count(*) = 2400 and count(distinct customer_id) = 2400 from customers",
        "count(*) = 120 and min(price) >= 0 from products",
        "count(*) = 9000 and count(distinct order_id) = 9000 from orders",
        "count(*) = count(distinct order_item_id) from order_items",
        "count(*) > 200 from customers where created_at = '2023-01-01'",
        "count(*) filter (phone is null) between 1 and 600 from customers",
        "count(*) filter (email <> lower(trim(email))) > 1 from customers",
        "count(*) filter (order_date is null) > 1 from orders",
        "count(distinct status) = 4 from orders",
        "count(*) filter (customer_id > 9000000) > 0 from orders",
        "count(*) filter (quantity < 1) > 0 from order_items",
        "max(updated_at)::date = '2024-03-01' from orders",
        # Edited orders, status changes and repetitions come later.
        (
            "count(*) > 0 from later_orders as l join orders as o using (order_id) "
            "where l.status <> o.status and l.created_at = o.created_at"
        ),
        (
            "count(*) > 0 from (select order_id, count(distinct total_amount) as n from "
            "(from orders union all from later_orders) group by 1) where n > 1"
        ),
        (
            "count(*) > 0 from later_order_items where order_item_id in "
            "(select order_item_id from order_items)"
        ),
    ],
)
def test_the_shop_has_quirks(shop: duckdb.DuckDBPyConnection, claim: str) -> None:
    assert holds(shop, claim)


def test_totals_are_lines_and_shipping_in_every_extract(shop: duckdb.DuckDBPyConnection) -> None:
    wrong = """
    select * from (from orders union all from later_orders) as o
    inner join (
      select order_id, updated_at, sum(line) as lines from (
        select distinct order_item_id, order_id, updated_at,
          greatest(quantity, 1) * unit_price - coalesce(discount_amount, 0) as line
        from (from order_items union all from later_order_items)
      ) group by all
    ) as i on i.order_id = o.order_id and i.updated_at = o.updated_at
    where abs(total_amount - coalesce(shipping_cost, 0) - lines) > 0.001
    """
    assert shop.execute(wrong).fetchall() == []


def test_a_full_extract_of_a_later_date_is_what_the_changes_lead_to(
    shop: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    paths = commerce.generate(tmp_path, scale=SMALL, date=DAYS[-1], broken=False, full=True)
    full = f"select order_id, status, total_amount, updated_at from read_csv('{paths[2]}')"
    changes = """
    select order_id, status, total_amount, updated_at
    from (from orders union all from later_orders)
    qualify row_number() over (partition by order_id order by updated_at desc) = 1
    """
    assert shop.execute(f"{full} except {changes}").fetchall() == []
    assert shop.execute(f"{changes} except {full}").fetchall() == []


def test_scale_and_date_out_of_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"0\.01"):
        commerce.generate(tmp_path, scale=0)
    with pytest.raises(SettingsError, match="2024-03-01 or a later"):
        commerce.generate(tmp_path, date=dt.date(2024, 2, 1))
