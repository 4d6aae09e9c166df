CREATE TABLE IF NOT EXISTS "mart"."funnel_by_segment" (
  "device_type" VARCHAR(65000),
  "os_name" VARCHAR(65000),
  "utm_source" VARCHAR(65000),
  "home" INT,
  "product" INT,
  "cart" INT,
  "payment" INT,
  "confirmation" INT
);

DELETE FROM "mart"."funnel_by_segment";

INSERT INTO "mart"."funnel_by_segment" ("device_type", "os_name", "utm_source", "home", "product", "cart", "payment", "confirmation")
WITH "saw" AS (
  SELECT
    "session_id",
    BOOL_OR("page_url_path" = '/home') AS "home",
    BOOL_OR(LEFT("page_url_path", CHARACTER_LENGTH('/product_')) = '/product_') AS "product",
    BOOL_OR("page_url_path" = '/cart') AS "cart",
    BOOL_OR("page_url_path" = '/payment') AS "payment",
    BOOL_OR("page_url_path" = '/confirmation') AS "confirmation"
  FROM "stage"."transitions"
  GROUP BY
    "session_id"
)
SELECT
  "d"."device_type",
  "d"."os_name",
  "c"."utm_source",
  COUNT(CASE WHEN "s"."home" THEN 1 END) AS "home",
  COUNT(CASE WHEN "s"."product" THEN 1 END) AS "product",
  COUNT(CASE WHEN "s"."cart" THEN 1 END) AS "cart",
  COUNT(CASE WHEN "s"."payment" THEN 1 END) AS "payment",
  COUNT(CASE WHEN "s"."confirmation" THEN 1 END) AS "confirmation"
FROM "saw" AS "s"
INNER JOIN "stage"."devices" AS "d"
  ON "d"."session_id" = "s"."session_id"
INNER JOIN "stage"."conversion" AS "c"
  ON "c"."session_id" = "s"."session_id"
GROUP BY
  "d"."device_type",
  "d"."os_name",
  "c"."utm_source";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.funnel_by_segment' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.device_events batch.location_events raw.browser_events raw.device_events raw.location_events stage.conversion stage.devices stage.transitions' AS "inputs",
  '' AS "unique_key";
