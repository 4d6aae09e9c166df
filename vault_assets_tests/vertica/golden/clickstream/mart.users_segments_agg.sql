CREATE TABLE IF NOT EXISTS "mart"."users_segments_agg" (
  "os_name" VARCHAR(65000),
  "device_type" VARCHAR(65000),
  "utm_source" VARCHAR(65000),
  "users" INT
);

DELETE FROM "mart"."users_segments_agg";

INSERT INTO "mart"."users_segments_agg" ("os_name", "device_type", "utm_source", "users")
SELECT
  "d"."os_name",
  "d"."device_type",
  "c"."utm_source",
  COUNT(DISTINCT "d"."user_custom_id") AS "users"
FROM "stage"."devices" AS "d"
INNER JOIN "stage"."conversion" AS "c"
  ON "c"."session_id" = "d"."session_id"
GROUP BY
  "d"."os_name",
  "d"."device_type",
  "c"."utm_source";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.users_segments_agg' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.device_events batch.location_events raw.browser_events raw.device_events raw.location_events stage.conversion stage.devices' AS "inputs",
  '' AS "unique_key";
