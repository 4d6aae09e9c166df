CREATE TABLE IF NOT EXISTS "mart"."metric_customer_segments" (
  "customer_segment" VARCHAR(65000),
  "customers" INT,
  "lifetime_value" NUMERIC(18, 2),
  "value_share" NUMERIC(18, 2)
);

DELETE FROM "mart"."metric_customer_segments";

INSERT INTO "mart"."metric_customer_segments" ("customer_segment", "customers", "lifetime_value", "value_share")
WITH "segments" AS (
  SELECT
    "customer_segment",
    COUNT(*) AS "customers",
    CAST(SUM("lifetime_value") AS NUMERIC(18, 2)) AS "lifetime_value"
  FROM "mart"."mart_dim_customers"
  GROUP BY
    "customer_segment"
), "totals" AS (
  SELECT
    "segments"."customer_segment",
    "segments"."customers",
    "segments"."lifetime_value",
    SUM("lifetime_value") OVER () AS "all_value"
  FROM "segments"
)
SELECT
  "customer_segment",
  "customers",
  "lifetime_value",
  CAST(ROUND(
    CAST(CAST(100 * CAST("lifetime_value" AS FLOAT) AS FLOAT) / NULLIF("all_value", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "value_share"
FROM "totals";

SELECT
  "wrong_rows"."customer_segment",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "customer_segment",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "customer_segment"
    FROM "mart"."metric_customer_segments"
  ) AS "s1"
  GROUP BY
    "customer_segment"
  HAVING
    COUNT(*) > 1 OR "customer_segment" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.metric_customer_segments' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers staging.customers staging.orders staging.stg_customers staging.stg_orders' AS "inputs",
  '"customer_segment"' AS "unique_key";
