CREATE TABLE IF NOT EXISTS "mart"."metric_customer_retention" (
  "cohort_month" DATE,
  "months_since" INT,
  "cohort_size" INT,
  "retention_rate" NUMERIC(18, 2),
  "cumulative_retention_rate" NUMERIC(18, 2),
  "cumulative_revenue_per_customer" NUMERIC(18, 2),
  "retention_change" NUMERIC(18, 2),
  "retention_stage" VARCHAR(65000)
);

DELETE FROM "mart"."metric_customer_retention";

INSERT INTO "mart"."metric_customer_retention" ("cohort_month", "months_since", "cohort_size", "retention_rate", "cumulative_retention_rate", "cumulative_revenue_per_customer", "retention_change", "retention_stage")
SELECT
  "cohort_month",
  "months_since",
  "cohort_size",
  "retention_rate",
  CAST(ROUND(
    CAST(CAST(100 * CAST("cumulative_retained" AS FLOAT) AS FLOAT) / NULLIF("cohort_size", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "cumulative_retention_rate",
  CAST(ROUND(
    CAST(CAST(CAST("cumulative_revenue" AS FLOAT) AS FLOAT) / NULLIF("cohort_size", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "cumulative_revenue_per_customer",
  "retention_rate" - LAG("retention_rate") OVER (PARTITION BY "cohort_month" ORDER BY "months_since" NULLS LAST) AS "retention_change",
  CASE
    WHEN "months_since" = 0
    THEN 'First'
    WHEN "months_since" <= 3
    THEN 'Early'
    WHEN "months_since" <= 6
    THEN 'Mid'
    WHEN "months_since" <= 12
    THEN 'Late'
    ELSE 'Long Term'
  END AS "retention_stage"
FROM "mart"."fct_customer_retention";

SELECT
  "wrong_rows"."cohort_month",
  "wrong_rows"."months_since",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "cohort_month",
    "months_since",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "cohort_month",
      "months_since"
    FROM "mart"."metric_customer_retention"
  ) AS "s1"
  GROUP BY
    "cohort_month",
    "months_since"
  HAVING
    COUNT(*) > 1 OR "cohort_month" IS NULL OR "months_since" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."cohort_month",
  "wrong_rows"."months_since",
  "wrong_rows"."cohort_size",
  "wrong_rows"."retention_rate",
  "wrong_rows"."cumulative_retention_rate",
  "wrong_rows"."cumulative_revenue_per_customer",
  "wrong_rows"."retention_change",
  "wrong_rows"."retention_stage",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "metric_customer_retention"."cohort_month",
    "metric_customer_retention"."months_since",
    "metric_customer_retention"."cohort_size",
    "metric_customer_retention"."retention_rate",
    "metric_customer_retention"."cumulative_retention_rate",
    "metric_customer_retention"."cumulative_revenue_per_customer",
    "metric_customer_retention"."retention_change",
    "metric_customer_retention"."retention_stage"
  FROM "mart"."metric_customer_retention"
  WHERE
    ABS("retention_change") > 20
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.metric_customer_retention' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_orders staging.customers staging.order_items staging.orders staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"cohort_month", "months_since"' AS "unique_key";
