CREATE TABLE IF NOT EXISTS "mart"."metric_daily_sales" (
  "date_key" DATE,
  "orders_count" INT,
  "total_sales_amount" NUMERIC(18, 2),
  "revenue_per_order" NUMERIC(18, 2),
  "revenue_per_customer" NUMERIC(18, 2),
  "electronics_share" NUMERIC(18, 2),
  "clothing_share" NUMERIC(18, 2),
  "footwear_share" NUMERIC(18, 2),
  "accessories_share" NUMERIC(18, 2),
  "completion_rate" NUMERIC(18, 2)
);

DELETE FROM "mart"."metric_daily_sales";

INSERT INTO "mart"."metric_daily_sales" ("date_key", "orders_count", "total_sales_amount", "revenue_per_order", "revenue_per_customer", "electronics_share", "clothing_share", "footwear_share", "accessories_share", "completion_rate")
SELECT
  "date_key",
  "orders_count",
  "total_sales_amount",
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
  ) AS NUMERIC(18, 2)) AS "completion_rate"
FROM (
  SELECT
    "fct_daily_sales"."date_key",
    "fct_daily_sales"."gross_orders",
    "fct_daily_sales"."orders_count",
    "fct_daily_sales"."completed_orders",
    "fct_daily_sales"."cancelled_orders",
    "fct_daily_sales"."customers_count",
    "fct_daily_sales"."gross_sales_amount",
    "fct_daily_sales"."total_sales_amount",
    "fct_daily_sales"."total_shipping_cost",
    "fct_daily_sales"."total_product_revenue",
    "fct_daily_sales"."average_order_value",
    "fct_daily_sales"."total_items_sold",
    "fct_daily_sales"."items_revenue",
    "fct_daily_sales"."electronics_revenue",
    "fct_daily_sales"."clothing_revenue",
    "fct_daily_sales"."footwear_revenue",
    "fct_daily_sales"."accessories_revenue",
    "customers_count" AS "customers"
  FROM "mart"."fct_daily_sales"
) AS "s1";

SELECT
  "wrong_rows"."date_key",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "date_key",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "date_key"
    FROM "mart"."metric_daily_sales"
  ) AS "s1"
  GROUP BY
    "date_key"
  HAVING
    COUNT(*) > 1 OR "date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.metric_daily_sales' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_day staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"date_key"' AS "unique_key";
