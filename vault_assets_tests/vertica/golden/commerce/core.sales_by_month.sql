CREATE TABLE IF NOT EXISTS "core"."sales_by_month" (
  "month_start" DATE,
  "gross_orders" INT,
  "orders_count" INT,
  "completed_orders" INT,
  "cancelled_orders" INT,
  "customers_count" INT,
  "gross_sales_amount" NUMERIC(18, 2),
  "total_sales_amount" NUMERIC(18, 2),
  "total_shipping_cost" NUMERIC(18, 2),
  "total_items_sold" INT,
  "items_revenue" NUMERIC(18, 2),
  "electronics_items" INT,
  "clothing_items" INT,
  "footwear_items" INT,
  "accessories_items" INT,
  "electronics_revenue" NUMERIC(18, 2),
  "clothing_revenue" NUMERIC(18, 2),
  "footwear_revenue" NUMERIC(18, 2),
  "accessories_revenue" NUMERIC(18, 2)
);

DELETE FROM "core"."sales_by_month";

INSERT INTO "core"."sales_by_month" ("month_start", "gross_orders", "orders_count", "completed_orders", "cancelled_orders", "customers_count", "gross_sales_amount", "total_sales_amount", "total_shipping_cost", "total_items_sold", "items_revenue", "electronics_items", "clothing_items", "footwear_items", "accessories_items", "electronics_revenue", "clothing_revenue", "footwear_revenue", "accessories_revenue")
WITH "orders" AS (
  SELECT
    CAST(DATE_TRUNC('month', "date_key") AS DATE) AS "month_start",
    CAST(SUM("gross_orders") AS INT) AS "gross_orders",
    CAST(SUM("orders_count") AS INT) AS "orders_count",
    CAST(SUM("completed_orders") AS INT) AS "completed_orders",
    CAST(SUM("cancelled_orders") AS INT) AS "cancelled_orders",
    SUM("unknown_customer_orders") AS "unknown_customer_orders",
    CAST(SUM("gross_sales_amount") AS NUMERIC(18, 2)) AS "gross_sales_amount",
    CAST(SUM("total_sales_amount") AS NUMERIC(18, 2)) AS "total_sales_amount",
    CAST(SUM("total_shipping_cost") AS NUMERIC(18, 2)) AS "total_shipping_cost"
  FROM "core"."sales_by_day"
  GROUP BY
    CAST(DATE_TRUNC('month', "date_key") AS DATE)
), "customers" AS (
  SELECT
    "month_start",
    COUNT(*) AS "customers_count"
  FROM "core"."customer_months"
  GROUP BY
    "month_start"
), "items" AS (
  SELECT
    "month_start",
    SUM("items") AS "items",
    SUM("revenue") AS "revenue",
    SUM(CASE WHEN "category" = 'Electronics' THEN "items" END) AS "electronics_items",
    SUM(CASE WHEN "category" = 'Clothing' THEN "items" END) AS "clothing_items",
    SUM(CASE WHEN "category" = 'Footwear' THEN "items" END) AS "footwear_items",
    SUM(CASE WHEN "category" = 'Accessories' THEN "items" END) AS "accessories_items",
    SUM(CASE WHEN "category" = 'Electronics' THEN "revenue" END) AS "electronics_revenue",
    SUM(CASE WHEN "category" = 'Clothing' THEN "revenue" END) AS "clothing_revenue",
    SUM(CASE WHEN "category" = 'Footwear' THEN "revenue" END) AS "footwear_revenue",
    SUM(CASE WHEN "category" = 'Accessories' THEN "revenue" END) AS "accessories_revenue"
  FROM "core"."sales_by_product"
  GROUP BY
    "month_start"
)
SELECT
  "o"."month_start",
  "o"."gross_orders",
  "o"."orders_count",
  "o"."completed_orders",
  "o"."cancelled_orders",
  COALESCE("c"."customers_count", 0) + CASE WHEN "o"."unknown_customer_orders" > 0 THEN 1 ELSE 0 END AS "customers_count",
  "o"."gross_sales_amount",
  "o"."total_sales_amount",
  "o"."total_shipping_cost",
  CAST(COALESCE("i"."items", 0) AS INT) AS "total_items_sold",
  CAST(COALESCE("i"."revenue", 0) AS NUMERIC(18, 2)) AS "items_revenue",
  CAST(COALESCE("i"."electronics_items", 0) AS INT) AS "electronics_items",
  CAST(COALESCE("i"."clothing_items", 0) AS INT) AS "clothing_items",
  CAST(COALESCE("i"."footwear_items", 0) AS INT) AS "footwear_items",
  CAST(COALESCE("i"."accessories_items", 0) AS INT) AS "accessories_items",
  CAST(COALESCE("i"."electronics_revenue", 0) AS NUMERIC(18, 2)) AS "electronics_revenue",
  CAST(COALESCE("i"."clothing_revenue", 0) AS NUMERIC(18, 2)) AS "clothing_revenue",
  CAST(COALESCE("i"."footwear_revenue", 0) AS NUMERIC(18, 2)) AS "footwear_revenue",
  CAST(COALESCE("i"."accessories_revenue", 0) AS NUMERIC(18, 2)) AS "accessories_revenue"
FROM "orders" AS "o"
LEFT JOIN "customers" AS "c"
  ON "c"."month_start" = "o"."month_start"
LEFT JOIN "items" AS "i"
  ON "i"."month_start" = "o"."month_start";

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
    FROM "core"."sales_by_month"
  ) AS "s1"
  GROUP BY
    "month_start"
  HAVING
    COUNT(*) > 1 OR "month_start" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.sales_by_month' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_order_items core.fct_orders core.sales_by_day core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"month_start"' AS "unique_key";
