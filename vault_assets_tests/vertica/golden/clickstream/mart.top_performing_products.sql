CREATE TABLE IF NOT EXISTS "mart"."top_performing_products" (
  "product" VARCHAR(65000),
  "cnt" INT
);

DELETE FROM "mart"."top_performing_products";

INSERT INTO "mart"."top_performing_products" ("product", "cnt")
SELECT
  SUBSTR("page_url_path", OCTET_LENGTH('/product_') + 1) AS "product",
  COUNT(*) AS "cnt"
FROM "stage"."transitions"
WHERE
  LEFT("page_url_path", CHARACTER_LENGTH('/product_')) = '/product_'
GROUP BY
  SUBSTR("page_url_path", OCTET_LENGTH('/product_') + 1);

SELECT
  "wrong_rows"."product",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "product",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "product"
    FROM "mart"."top_performing_products"
  ) AS "s1"
  GROUP BY
    "product"
  HAVING
    COUNT(*) > 1 OR "product" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.top_performing_products' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.location_events raw.browser_events raw.location_events stage.transitions' AS "inputs",
  '"product"' AS "unique_key";
