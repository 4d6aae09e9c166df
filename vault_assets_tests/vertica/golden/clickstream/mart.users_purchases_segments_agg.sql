CREATE TABLE IF NOT EXISTS "mart"."users_purchases_segments_agg" (
  "device_type" VARCHAR(65000),
  "utm_source" VARCHAR(65000),
  "os_name" VARCHAR(65000),
  "products" INT
);

DELETE FROM "mart"."users_purchases_segments_agg";

INSERT INTO "mart"."users_purchases_segments_agg" ("device_type", "utm_source", "os_name", "products")
SELECT
  "d"."device_type",
  "c"."utm_source",
  "d"."os_name",
  CAST(SUM("p"."product_count") AS INT) AS "products"
FROM "stage"."purchases" AS "p"
INNER JOIN "stage"."devices" AS "d"
  ON "d"."session_id" = "p"."session_id"
INNER JOIN "stage"."conversion" AS "c"
  ON "c"."session_id" = "p"."session_id"
GROUP BY
  "d"."device_type",
  "c"."utm_source",
  "d"."os_name";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.users_purchases_segments_agg' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.device_events batch.location_events raw.browser_events raw.device_events raw.location_events stage.conversion stage.devices stage.purchases stage.transitions' AS "inputs",
  '' AS "unique_key";
