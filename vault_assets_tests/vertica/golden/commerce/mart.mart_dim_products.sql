CREATE TABLE IF NOT EXISTS "mart"."mart_dim_products" (
  "product_id" INT,
  "name" VARCHAR(65000),
  "price" NUMERIC(12, 2),
  "category" VARCHAR(65000),
  "inventory_count" INT,
  "is_active" BOOLEAN,
  "created_at" TIMESTAMP,
  "total_quantity_sold" INT,
  "total_revenue" NUMERIC(18, 2),
  "inventory_status" VARCHAR(65000),
  "sales_performance" VARCHAR(65000),
  "revenue_tier" VARCHAR(65000),
  "average_selling_price" NUMERIC(18, 2),
  "availability" VARCHAR(65000),
  "is_available_for_purchase" BOOLEAN
);

DELETE FROM "mart"."mart_dim_products";

INSERT INTO "mart"."mart_dim_products" ("product_id", "name", "price", "category", "inventory_count", "is_active", "created_at", "total_quantity_sold", "total_revenue", "inventory_status", "sales_performance", "revenue_tier", "average_selling_price", "availability", "is_available_for_purchase")
SELECT
  "p"."product_id",
  "p"."name",
  "p"."price",
  "p"."category",
  "p"."inventory_count",
  "p"."is_active",
  "p"."created_at",
  "p"."total_quantity_sold",
  "p"."total_revenue",
  "p"."inventory_status",
  CASE
    WHEN "p"."total_quantity_sold" > "s"."high_quantity"
    THEN 'High'
    WHEN "p"."total_quantity_sold" > "s"."medium_quantity"
    THEN 'Medium'
    WHEN "p"."total_quantity_sold" > 0
    THEN 'Low'
    ELSE 'Not Selling'
  END AS "sales_performance",
  CASE
    WHEN "p"."total_revenue" > "s"."high_revenue"
    THEN 'High'
    WHEN "p"."total_revenue" > "s"."medium_revenue"
    THEN 'Medium'
    WHEN "p"."total_revenue" > 0
    THEN 'Low'
    ELSE 'None'
  END AS "revenue_tier",
  CAST(ROUND(
    CAST(CAST(CAST("total_revenue" AS FLOAT) AS FLOAT) / NULLIF("total_quantity_sold", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "average_selling_price",
  CASE
    WHEN NOT "p"."is_active"
    THEN 'Discontinued'
    WHEN "p"."inventory_count" <= 0
    THEN 'Temporarily Unavailable'
    ELSE 'Available'
  END AS "availability",
  "p"."is_active" AND "p"."inventory_count" > 0 AS "is_available_for_purchase"
FROM "core"."dim_products" AS "p"
CROSS JOIN "core"."settings" AS "s"
WHERE
  "p"."product_id" <> -1;

SELECT
  "wrong_rows"."product_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "product_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "product_id"
    FROM "mart"."mart_dim_products"
  ) AS "s1"
  GROUP BY
    "product_id"
  HAVING
    COUNT(*) > 1 OR "product_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.mart_dim_products' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"product_id"' AS "unique_key";
