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
  "wrong"."cohort_month",
  "wrong"."months_since",
  "wrong"."rows_with_this_key"
FROM (
  SELECT
    "cohort_month",
    "months_since",
    COUNT(*) AS "rows_with_this_key"
  FROM "mart"."metric_customer_retention"
  GROUP BY
    "cohort_month",
    "months_since"
  HAVING
    COUNT(*) > 1 OR "cohort_month" IS NULL OR "months_since" IS NULL
) AS "wrong"
LIMIT 11;

SELECT
  "wrong"."cohort_month",
  "wrong"."months_since",
  "wrong"."cohort_size",
  "wrong"."retention_rate",
  "wrong"."cumulative_retention_rate",
  "wrong"."cumulative_revenue_per_customer",
  "wrong"."retention_change",
  "wrong"."retention_stage"
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
) AS "wrong"
LIMIT 11;

SELECT
  COUNT(*)
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
) AS "wrong";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs")
SELECT
  'mart.metric_customer_retention' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_orders staging.customers staging.order_items staging.orders staging.stg_order_items staging.stg_orders' AS "inputs";
