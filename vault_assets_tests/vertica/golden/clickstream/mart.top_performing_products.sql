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
  "wrong"."product",
  "wrong"."rows_with_this_key"
FROM (
  SELECT
    "product",
    COUNT(*) AS "rows_with_this_key"
  FROM "mart"."top_performing_products"
  GROUP BY
    "product"
  HAVING
    COUNT(*) > 1 OR "product" IS NULL
) AS "wrong"
LIMIT 11;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs")
SELECT
  'mart.top_performing_products' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.location_events raw.browser_events raw.location_events stage.transitions' AS "inputs";
