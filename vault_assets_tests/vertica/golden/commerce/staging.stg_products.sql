CREATE TABLE IF NOT EXISTS "staging"."stg_products" (
  "product_id" INT,
  "name" VARCHAR(65000),
  "price" NUMERIC(12, 2),
  "category" VARCHAR(65000),
  "inventory_count" INT,
  "is_active" BOOLEAN,
  "created_at" TIMESTAMP,
  "updated_at" TIMESTAMP
);

DELETE FROM "staging"."stg_products";

INSERT INTO "staging"."stg_products" ("product_id", "name", "price", "category", "inventory_count", "is_active", "created_at", "updated_at")
SELECT
  "q1"."product_id",
  "q1"."name",
  "q1"."price",
  "q1"."category",
  "q1"."inventory_count",
  "q1"."is_active",
  "q1"."created_at",
  "q1"."updated_at"
FROM (
  SELECT
    "s"."product_id",
    "s"."name",
    "s"."price",
    "s"."category",
    COALESCE("s"."inventory_count", 0) AS "inventory_count",
    COALESCE("s"."is_active", TRUE) AS "is_active",
    "s"."created_at",
    "s"."updated_at",
    ROW_NUMBER() OVER (
      PARTITION BY "s"."product_id"
      ORDER BY COALESCE("s"."updated_at", "s"."created_at") DESC NULLS LAST, "s"."load_ts" DESC NULLS LAST, "s"."row_no" DESC NULLS LAST
    ) AS "_w1"
  FROM "staging"."products" AS "s"
) AS "q1"
WHERE
  "q1"."_w1" = 1;

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
    FROM "staging"."stg_products"
  ) AS "s1"
  GROUP BY
    "product_id"
  HAVING
    COUNT(*) > 1 OR "product_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."product_id",
  "wrong_rows"."price",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "product_id",
    "price"
  FROM "staging"."stg_products"
  WHERE
    "price" < 0
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'staging.stg_products' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.products' AS "inputs",
  '"product_id"' AS "unique_key";
