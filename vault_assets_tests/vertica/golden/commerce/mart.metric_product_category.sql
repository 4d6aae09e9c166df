CREATE TABLE IF NOT EXISTS "mart"."metric_product_category" (
  "month_start" DATE,
  "category" VARCHAR(65000),
  "items" INT,
  "revenue" NUMERIC(18, 2),
  "revenue_share" NUMERIC(18, 2)
);

DELETE FROM "mart"."metric_product_category";

INSERT INTO "mart"."metric_product_category" ("month_start", "category", "items", "revenue", "revenue_share")
WITH "sold" AS (
  SELECT
    "month_start",
    "category",
    CAST(SUM("items") AS INT) AS "items",
    CAST(SUM("revenue") AS NUMERIC(18, 2)) AS "revenue"
  FROM "core"."sales_by_product"
  WHERE
    "counted_lines" > 0
  GROUP BY
    "month_start",
    "category"
), "totals" AS (
  SELECT
    "sold"."month_start",
    "sold"."category",
    "sold"."items",
    "sold"."revenue",
    SUM("revenue") OVER (PARTITION BY "month_start") AS "month_revenue"
  FROM "sold"
)
SELECT
  "month_start",
  "category",
  "items",
  "revenue",
  CAST(ROUND(
    CAST(CAST(100 * CAST("revenue" AS FLOAT) AS FLOAT) / NULLIF("month_revenue", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "revenue_share"
FROM "totals";

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."category",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month_start",
    "category",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "month_start",
      "category"
    FROM "mart"."metric_product_category"
  ) AS "s1"
  GROUP BY
    "month_start",
    "category"
  HAVING
    COUNT(*) > 1 OR "month_start" IS NULL OR "category" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."shares",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month_start",
    SUM("revenue_share") AS "shares"
  FROM "mart"."metric_product_category"
  GROUP BY
    "month_start"
  HAVING
    ABS(SUM("revenue_share") - 100) > 0.01 * COUNT(*)
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.metric_product_category' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"month_start", "category"' AS "unique_key";
