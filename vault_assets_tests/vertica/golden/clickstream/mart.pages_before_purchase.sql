CREATE TABLE IF NOT EXISTS "mart"."pages_before_purchase" (
  "page_url_path" VARCHAR(65000),
  "purchases" INT
);

DELETE FROM "mart"."pages_before_purchase";

INSERT INTO "mart"."pages_before_purchase" ("page_url_path", "purchases")
WITH "confirmed" AS (
  SELECT
    "session_id",
    "event_timestamp",
    MAX("product_count") AS "product_count"
  FROM "stage"."purchases"
  GROUP BY
    "session_id",
    "event_timestamp"
), "on_the_way" AS (
  SELECT DISTINCT
    "t"."page_url_path",
    "p"."session_id",
    "p"."event_timestamp"
  FROM "stage"."transitions" AS "t"
  INNER JOIN (
    SELECT
      "p"."session_id",
      "p"."event_timestamp",
      "p"."product_count",
      LAG("event_timestamp") OVER (PARTITION BY "session_id" ORDER BY "event_timestamp" NULLS LAST) AS "_bound"
    FROM "confirmed" AS "p"
  ) AS "p"
    ON (
      "p"."session_id" = "t"."session_id"
      AND "t"."event_timestamp" < "p"."event_timestamp"
    )
    AND (
      "p"."_bound" IS NULL OR "t"."event_timestamp" >= "p"."_bound"
    )
  WHERE
    "t"."page_url_path" <> '/confirmation' AND "p"."product_count" >= 1
)
SELECT
  "page_url_path",
  COUNT(*) AS "purchases"
FROM "on_the_way"
GROUP BY
  "page_url_path"
ORDER BY
  CASE WHEN "purchases" IS NULL THEN 1 ELSE 0 END,
  "purchases" DESC,
  CASE WHEN "page_url_path" IS NULL THEN 1 ELSE 0 END,
  "page_url_path"
LIMIT 10;

SELECT
  "wrong_rows"."page_url_path",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "page_url_path",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "page_url_path"
    FROM "mart"."pages_before_purchase"
  ) AS "s1"
  GROUP BY
    "page_url_path"
  HAVING
    COUNT(*) > 1 OR "page_url_path" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.pages_before_purchase' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.location_events raw.browser_events raw.location_events stage.purchases stage.transitions' AS "inputs",
  '"page_url_path"' AS "unique_key";
