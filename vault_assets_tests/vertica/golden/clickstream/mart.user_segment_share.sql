CREATE TABLE IF NOT EXISTS "mart"."user_segment_share" (
  "os_name" VARCHAR(65000),
  "device_type" VARCHAR(65000),
  "utm_source" VARCHAR(65000),
  "users" INT,
  "percent" FLOAT
);

DELETE FROM "mart"."user_segment_share";

INSERT INTO "mart"."user_segment_share" ("os_name", "device_type", "utm_source", "users", "percent")
WITH "total" AS (
  SELECT
    COUNT(DISTINCT "d"."user_custom_id") AS "users"
  FROM "stage"."devices" AS "d"
  INNER JOIN "stage"."conversion" AS "c"
    ON "c"."session_id" = "d"."session_id"
)
SELECT
  "s"."os_name",
  "s"."device_type",
  "s"."utm_source",
  "s"."users",
  CAST(100 * "s"."users" AS FLOAT) / NULLIF("t"."users", 0) AS "percent"
FROM "mart"."users_segments_agg" AS "s"
CROSS JOIN "total" AS "t";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.user_segment_share' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.device_events batch.location_events raw.browser_events raw.device_events raw.location_events stage.conversion stage.devices' AS "inputs",
  '' AS "unique_key";
