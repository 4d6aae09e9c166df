CREATE TABLE IF NOT EXISTS "core"."dim_products" (
  "product_id" INT,
  "name" VARCHAR(65000),
  "price" NUMERIC(12, 2),
  "category" VARCHAR(65000),
  "inventory_count" INT,
  "is_active" BOOLEAN,
  "created_at" TIMESTAMP,
  "total_quantity_sold" INT,
  "total_revenue" NUMERIC(18, 2),
  "inventory_status" VARCHAR(65000)
);

DELETE FROM "core"."dim_products";

INSERT INTO "core"."dim_products" ("product_id", "name", "price", "category", "inventory_count", "is_active", "created_at", "total_quantity_sold", "total_revenue", "inventory_status")
WITH "sold" AS (
  SELECT
    "product_id",
    SUM("items") AS "total_quantity_sold",
    SUM("revenue") AS "total_revenue"
  FROM "core"."sales_by_product"
  GROUP BY
    "product_id"
), "products" AS (
  SELECT
    "product_id",
    "name",
    "price",
    "category",
    "inventory_count",
    "is_active",
    "created_at"
  FROM "staging"."stg_products"
  UNION ALL
  SELECT
    -1,
    'Unknown',
    CAST(NULL AS NUMERIC(12, 2)),
    'Unknown',
    0,
    FALSE,
    CAST(NULL AS TIMESTAMP)
)
SELECT
  "p"."product_id",
  "p"."name",
  "p"."price",
  "p"."category",
  "p"."inventory_count",
  "p"."is_active",
  "p"."created_at",
  CAST(COALESCE("s"."total_quantity_sold", 0) AS INT) AS "total_quantity_sold",
  CAST(COALESCE("s"."total_revenue", 0) AS NUMERIC(18, 2)) AS "total_revenue",
  CASE
    WHEN "p"."inventory_count" <= 0
    THEN 'Out of stock'
    WHEN "p"."inventory_count" < "t"."low_stock"
    THEN 'Low stock'
    ELSE 'In stock'
  END AS "inventory_status"
FROM "products" AS "p"
CROSS JOIN "core"."settings" AS "t"
LEFT JOIN "sold" AS "s"
  ON "s"."product_id" = "p"."product_id";

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
    FROM "core"."dim_products"
  ) AS "s1"
  GROUP BY
    "product_id"
  HAVING
    COUNT(*) > 1 OR "product_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."product_id",
  "wrong_rows"."lines",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "s"."product_id",
    SUM("s"."lines") AS "lines"
  FROM "core"."sales_by_product" AS "s"
  LEFT JOIN "core"."dim_products" AS "p"
    ON "p"."product_id" = "s"."product_id"
  WHERE
    "p"."product_id" IS NULL
  GROUP BY
    "s"."product_id"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.dim_products' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"product_id"' AS "unique_key";
