"""Warehouse `commerce`: sales, customers and cohorts, products and stock."""

import streamlit as st

from vault_assets.dashboard import cells, charts, filters, panels
from vault_assets.dashboard.charts import Axis, Time
from vault_assets.dashboard.lakes import reading
from vault_assets.dashboard.numbers import NOTHING, count, decimal, missing, money, percent
from vault_assets.dashboard.palette import TEAL, VIOLET
from vault_assets.dashboard.panels import Card
from vault_assets.dashboard.states import explaining, not_loaded

_SALES = Axis("sales", "Sales", ",.0f")
_CUSTOMERS = Axis("customers", "Customers")


@explaining("commerce")
def sales() -> None:
    """Show sales by day, month and category."""
    with reading("commerce") as lake:
        panels.head("Sales", "How much do we sell, day by day and month by month?", lake)
        whole = lake.row("commerce/range")
        if missing(whole["first"]):
            not_loaded("commerce")
            return
        names = lake.frame("commerce/category_names").category.tolist()
        with st.sidebar:
            first, last = filters.days(whole["first"], whole["last"])
            categories = filters.several("Category", names, key="category")
        chosen = {"first": first, "last": last, "categories": categories}
        totals = lake.row("commerce/totals", **chosen)
        days = lake.frame("commerce/days", **chosen)
        months = lake.frame("commerce/months", **chosen)
        shares = lake.frame("commerce/categories", **chosen)
    gross = totals["gross_orders"]
    panels.cards(
        Card("Sales", money(totals["sales"]), "Amount of counted orders, shipping included."),
        Card("Orders", count(totals["orders"]), "Counted: completed or processing."),
        Card("Order value", money(totals["order_value"]), "Sales by counted orders."),
        Card("Items sold", count(totals["items"])),
        Card("Gross sales", money(totals["gross_sales"]), f"Of all {count(gross)} orders."),
        Card(
            "Cancelled", percent(totals["cancelled"] / gross if gross else None), "Of all orders."
        ),
    )
    panels.chart(
        "Sales by day",
        "Amount of counted orders; the line is the mean of seven days",
        days,
        lambda data: charts.bars_and_mean(
            data, Time("day", "Day"), _SALES, Axis("mean", "Mean of 7 days", ",.0f")
        ),
    )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Sales by month",
            "Amount of counted orders; customers once in a month; whole months",
            months.filter(items=["month", "sales", "customers"]),
            lambda data: charts.bars_and_line(data, charts.month(), _SALES, _CUSTOMERS),
        )
    with right:
        panels.chart(
            "Revenue by category",
            "Lines of counted orders after discounts; whole months, categories chosen",
            shares,
            lambda data: charts.bars(
                data,
                charts.month(),
                Axis("revenue", "Revenue"),
                color=Axis("category", "Category", ""),
            ),
        )
    panels.table(
        "Months",
        "Counted orders; growth against the month before, rates in percent",
        months.sort_values("month", ascending=False),
        {
            "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
            "sales": cells.money("Sales"),
            "growth": cells.decimal("Growth (%)"),
            "orders": cells.count("Orders"),
            "revenue_per_order": cells.money("Per order"),
            "customers": cells.count("Customers"),
            "new_customers": cells.count("New customers"),
            "completion_rate": cells.decimal("Completed (%)"),
            "cancellation_rate": cells.decimal("Cancelled (%)"),
        },
    )


@explaining("commerce")
def customers() -> None:
    """Show cohorts, segments and scores of customers."""
    with reading("commerce") as lake:
        panels.head("Customers", "Who comes back, and who is worth most?", lake)
        with st.sidebar:
            months = filters.number("Months shown", 3, 24, 12, key="months")
        totals = lake.row("commerce/customers")
        cohorts = lake.frame("commerce/cohorts", months=months)
        segments = lake.frame("commerce/segments")
        statuses = lake.frame("commerce/statuses")
        scores = lake.frame("commerce/rfm")
    panels.cards(
        Card("Customers", count(totals["customers"])),
        Card("Buyers", count(totals["buyers"]), "Customers with a counted order."),
        Card("Active", count(totals["active"]), "Their last order is in the active days."),
        Card("Repeat buyers", percent(totals["repeat_share"]), "Of buyers; two orders or more."),
        Card("Lifetime value", money(totals["value"]), "Mean of buyers."),
    )
    labelled = cohorts.assign(cohort=cohorts.cohort.astype("datetime64[us]").dt.strftime("%Y-%m"))
    panels.chart(
        "Retention by cohort",
        "Customers who order again, in percent of those who first ordered in the month",
        labelled,
        lambda data: charts.heat(
            data,
            Axis("months_since", "Months since the first order", "d"),
            Axis("cohort", "Cohort", ""),
            Axis("rate", "Retained (%)", ",.0f"),
            Axis("retained", "Customers"),
            Axis("cohort_size", "Of"),
            height=max(160, 30 * data.cohort.nunique()),
        ),
    )
    left, right = panels.side_by_side()
    share = Axis("value_share", "Share of value (%)", ",.1f")
    with left:
        panels.chart(
            "Value of segments",
            "Lifetime value of customers, by segment",
            segments,
            lambda data: charts.ranked(
                data, Axis("segment", "Segment", ""), Axis("value", "Value"), share, _CUSTOMERS
            ),
        )
    with right:
        panels.chart(
            "Customers by segment",
            "Customers, also those who never ordered",
            segments,
            lambda data: charts.donut(data, Axis("segment", "Segment", ""), _CUSTOMERS, share),
        )
    left, right = panels.side_by_side()
    with left:
        panels.chart(
            "Customers by status",
            "Customers by days since the last order, and how often they buy",
            statuses,
            lambda data: charts.bars(
                data,
                Axis("status", "Status", ""),
                _CUSTOMERS,
                color=Axis("frequency", "Frequency", ""),
            ),
        )
    with right:
        panels.chart(
            "Recency and frequency",
            "Customers by score, 5 is the best",
            scores,
            lambda data: charts.heat(
                data,
                Axis("recency", "Recency score", "d"),
                Axis("frequency", "Frequency score", "d"),
                _CUSTOMERS,
                Axis("value", "Mean value", ",.2f"),
                upwards=True,
            ),
        )


@explaining("commerce")
def products() -> None:
    """Show what sells, and what to order again."""
    with reading("commerce") as lake:
        panels.head("Products and stock", "What sells, and what must be ordered again?", lake)
        names = lake.frame("commerce/category_names").category.tolist()
        with st.sidebar:
            categories = filters.several("Category", names, key="category")
            only = filters.switch("Only what to reorder", key="reorder")
            top = filters.number("Products shown", 5, 50, 15, key="top")
        chosen = {"categories": categories, "only_reorder": only, "top": top}
        totals = lake.row("commerce/stock_totals", **chosen)
        best = lake.frame("commerce/products", **chosen)
        stock = lake.frame("commerce/stock", **chosen)
    panels.cards(
        Card("Products", count(totals["products"])),
        Card("To order again", count(totals["to_order"]), "Active, stock at the reorder point."),
        Card("Pieces to order", count(totals["pieces"])),
        Card("Out of stock", count(totals["unavailable"])),
        Card("Discontinued", count(totals["discontinued"])),
    )
    left, right = panels.side_by_side()
    name = Axis("name", "Product", "")
    with left:
        panels.chart(
            "Best selling products",
            "Revenue of counted orders, after discounts",
            best,
            lambda data: charts.ranked(
                data, name, Axis("revenue", "Revenue"), Axis("sold", "Sold")
            ),
        )
    cover = stock.query("stock > 0 and days_of_cover == days_of_cover").head(top)
    with right:
        panels.chart(
            "Shortest cover",
            "Days that a stock lasts at the demand of the last 30 days",
            cover,
            lambda data: charts.ranked(
                data,
                name,
                Axis("days_of_cover", "Days", ",.1f"),
                Axis("stock", "Stock"),
                color=TEAL,
            ),
        )
    panels.table(
        "Stock",
        "Pieces; demand per day over the last 30 days",
        stock,
        {
            "reorder": cells.yes("Reorder"),
            "name": cells.text("Product", width="medium"),
            "category": cells.text("Category"),
            "availability": cells.text("Availability"),
            "stock": cells.count("Stock"),
            "daily_demand": cells.decimal("Demand per day"),
            "days_of_cover": cells.decimal("Days of cover", places=1),
            "reorder_point": cells.count("Reorder point"),
            "suggested_quantity": cells.count("Suggested"),
        },
        height=420,
    )


@explaining("commerce")
def runs() -> None:
    """Show how long the models of the warehouse take."""
    with reading("commerce") as lake:
        panels.head("Run times", "How long does each model take, and does it succeed?", lake)
        with st.sidebar:
            search = filters.search("Model", hint="Part of its name")
        models = lake.frame("commerce/performance", search=search)
        newest = lake.frame("commerce/runs", search=search)
    total, failed = models.runs.sum(), models.failures.sum()
    slowest = models.iloc[0] if len(models) else None
    panels.cards(
        Card("Models", count(len(models))),
        Card("Runs", count(total), "A model in a run is one."),
        Card("Failures", count(failed)),
        Card("Succeeded", percent(1 - failed / total if total else None)),
        Card(
            "Slowest model",
            f"{decimal(slowest.median_seconds, 1)} s" if slowest is not None else NOTHING,
            None if slowest is None else f"Median of {slowest.model}.",
        ),
    )
    seconds = Axis("median_seconds", "Median (s)", ",.2f")
    panels.chart(
        "Slowest models",
        "Median of successful runs, in seconds; the 15 slowest",
        models.query("median_seconds == median_seconds").head(15),
        lambda data: charts.ranked(
            data,
            Axis("model", "Model", ""),
            seconds,
            Axis("p95_seconds", "95 % below (s)", ",.2f"),
            Axis("last_seconds", "Last (s)", ",.2f"),
            color=VIOLET,
        ),
    )
    panels.table(
        "Models",
        "Seconds of successful runs",
        models,
        {
            "model": cells.text("Model", width="medium"),
            "runs": cells.count("Runs"),
            "failures": cells.count("Failures"),
            "median_seconds": cells.decimal("Median (s)"),
            "p95_seconds": cells.decimal("95 % below (s)"),
            "last_seconds": cells.decimal("Last (s)"),
            "last_started_at": cells.time("Last start (UTC)"),
        },
        height=360,
    )
    panels.table(
        "Newest runs",
        "The 500 newest, one row per model and run",
        newest,
        {
            "started_at": cells.time("Start (UTC)"),
            "model": cells.text("Model", width="medium"),
            "partition": cells.text("Partition"),
            "seconds": cells.decimal("Seconds"),
            "rows_in": cells.count("Rows in"),
            "rows_out": cells.count("Rows out"),
            "status": cells.text("Status"),
            "error": cells.text("Error", width="large"),
        },
        height=360,
    )
