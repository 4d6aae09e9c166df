CREATE TABLE IF NOT EXISTS "mart"."products_paid" (
  "product" VARCHAR(65000),
  "added" INT,
  "paid" INT
);

DELETE FROM "mart"."products_paid";

INSERT INTO "mart"."products_paid" ("product", "added", "paid")
WITH "confirmed" AS (
  SELECT
    "session_id",
    MAX("event_timestamp") AS "last_confirmation"
  FROM "stage"."purchases"
  GROUP BY
    "session_id"
)
SELECT
  SUBSTR("t"."page_url_path", OCTET_LENGTH('/product_') + 1) AS "product",
  COUNT(*) AS "added",
  COUNT(CASE WHEN "t"."event_timestamp" < "c"."last_confirmation" THEN 1 END) AS "paid"
FROM "stage"."transitions" AS "t"
LEFT JOIN "confirmed" AS "c"
  ON "c"."session_id" = "t"."session_id"
WHERE
  LEFT("t"."page_url_path", CHARACTER_LENGTH('/product_')) = '/product_'
GROUP BY
  SUBSTR("t"."page_url_path", OCTET_LENGTH('/product_') + 1);

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
    FROM "mart"."products_paid"
  ) AS "s1"
  GROUP BY
    "product"
  HAVING
    COUNT(*) > 1 OR "product" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."product",
  "wrong_rows"."added",
  "wrong_rows"."paid",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "products_paid"."product",
    "products_paid"."added",
    "products_paid"."paid"
  FROM "mart"."products_paid"
  WHERE
    "paid" > "added"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.products_paid' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.location_events raw.browser_events raw.location_events stage.purchases stage.transitions' AS "inputs",
  '"product"' AS "unique_key";
