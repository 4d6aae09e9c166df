CREATE TABLE IF NOT EXISTS "mart"."metric_monthly_sales" (
  "month_start" DATE,
  "year_month" VARCHAR(65000),
  "orders_count" INT,
  "total_sales_amount" NUMERIC(18, 2),
  "sales_growth_pct" NUMERIC(18, 2),
  "cancellation_rate" NUMERIC(18, 2),
  "revenue_per_order" NUMERIC(18, 2),
  "revenue_per_customer" NUMERIC(18, 2),
  "electronics_share" NUMERIC(18, 2),
  "clothing_share" NUMERIC(18, 2),
  "footwear_share" NUMERIC(18, 2),
  "accessories_share" NUMERIC(18, 2),
  "completion_rate" NUMERIC(18, 2),
  "new_customers" INT,
  "new_customer_growth_pct" NUMERIC(18, 2)
);

DELETE FROM "mart"."metric_monthly_sales";

INSERT INTO "mart"."metric_monthly_sales" ("month_start", "year_month", "orders_count", "total_sales_amount", "sales_growth_pct", "cancellation_rate", "revenue_per_order", "revenue_per_customer", "electronics_share", "clothing_share", "footwear_share", "accessories_share", "completion_rate", "new_customers", "new_customer_growth_pct")
WITH "months" AS (
  SELECT
    "fct_monthly_sales"."month_start",
    "fct_monthly_sales"."year_month",
    "fct_monthly_sales"."gross_orders",
    "fct_monthly_sales"."orders_count",
    "fct_monthly_sales"."completed_orders",
    "fct_monthly_sales"."cancelled_orders",
    "fct_monthly_sales"."unique_customers",
    "fct_monthly_sales"."new_customers",
    "fct_monthly_sales"."gross_sales_amount",
    "fct_monthly_sales"."total_sales_amount",
    "fct_monthly_sales"."total_shipping_cost",
    "fct_monthly_sales"."total_product_revenue",
    "fct_monthly_sales"."average_order_value",
    "fct_monthly_sales"."total_items_sold",
    "fct_monthly_sales"."items_revenue",
    "fct_monthly_sales"."electronics_items",
    "fct_monthly_sales"."clothing_items",
    "fct_monthly_sales"."footwear_items",
    "fct_monthly_sales"."accessories_items",
    "fct_monthly_sales"."electronics_revenue",
    "fct_monthly_sales"."clothing_revenue",
    "fct_monthly_sales"."footwear_revenue",
    "fct_monthly_sales"."accessories_revenue",
    "fct_monthly_sales"."cancellation_rate",
    "fct_monthly_sales"."sales_growth_pct",
    "unique_customers" AS "customers",
    LAG("new_customers") OVER (ORDER BY "month_start" NULLS LAST) AS "previous_new_customers"
  FROM "mart"."fct_monthly_sales"
)
SELECT
  "month_start",
  "year_month",
  "orders_count",
  "total_sales_amount",
  "sales_growth_pct",
  "cancellation_rate",
  CAST(ROUND(
    CAST(CAST(CAST("total_sales_amount" AS FLOAT) AS FLOAT) / NULLIF("orders_count", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "revenue_per_order",
  CAST(ROUND(
    CAST(CAST(CAST("total_sales_amount" AS FLOAT) AS FLOAT) / NULLIF("customers", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "revenue_per_customer",
  CAST(ROUND(
    CAST(CAST(100 * CAST("electronics_revenue" AS FLOAT) AS FLOAT) / NULLIF("items_revenue", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "electronics_share",
  CAST(ROUND(
    CAST(CAST(100 * CAST("clothing_revenue" AS FLOAT) AS FLOAT) / NULLIF("items_revenue", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "clothing_share",
  CAST(ROUND(
    CAST(CAST(100 * CAST("footwear_revenue" AS FLOAT) AS FLOAT) / NULLIF("items_revenue", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "footwear_share",
  CAST(ROUND(
    CAST(CAST(100 * CAST("accessories_revenue" AS FLOAT) AS FLOAT) / NULLIF("items_revenue", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "accessories_share",
  CAST(ROUND(
    CAST(CAST(100 * CAST("completed_orders" AS FLOAT) AS FLOAT) / NULLIF("gross_orders", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "completion_rate",
  "new_customers",
  CAST(ROUND(
    CAST(CAST(100 * CAST((
      "new_customers" - "previous_new_customers"
    ) AS FLOAT) AS FLOAT) / NULLIF("previous_new_customers", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "new_customer_growth_pct"
FROM "months";

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month_start",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "month_start"
    FROM "mart"."metric_monthly_sales"
  ) AS "s1"
  GROUP BY
    "month_start"
  HAVING
    COUNT(*) > 1 OR "month_start" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.metric_monthly_sales' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_order_items core.fct_orders core.sales_by_day core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"month_start"' AS "unique_key";
