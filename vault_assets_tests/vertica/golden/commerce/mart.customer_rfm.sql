CREATE TABLE IF NOT EXISTS "mart"."customer_rfm" (
  "customer_id" INT,
  "days_since_last_order" INT,
  "lifetime_orders" INT,
  "lifetime_value" NUMERIC(18, 2),
  "recency_score" INT,
  "frequency_score" INT,
  "value_score" INT
);

DELETE FROM "mart"."customer_rfm";

INSERT INTO "mart"."customer_rfm" ("customer_id", "days_since_last_order", "lifetime_orders", "lifetime_value", "recency_score", "frequency_score", "value_score")
SELECT
  "customer_id",
  "days_since_last_order",
  "lifetime_orders",
  "lifetime_value",
  NTILE(5) OVER (ORDER BY "days_since_last_order" DESC NULLS LAST, "customer_id" NULLS LAST) AS "recency_score",
  NTILE(5) OVER (ORDER BY "lifetime_orders" NULLS LAST, "customer_id" NULLS LAST) AS "frequency_score",
  NTILE(5) OVER (ORDER BY "lifetime_value" NULLS LAST, "customer_id" NULLS LAST) AS "value_score"
FROM "mart"."mart_dim_customers"
WHERE
  "lifetime_orders" > 0;

SELECT
  "wrong_rows"."customer_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "customer_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "customer_id"
    FROM "mart"."customer_rfm"
  ) AS "s1"
  GROUP BY
    "customer_id"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.customer_rfm' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers staging.customers staging.orders staging.stg_customers staging.stg_orders' AS "inputs",
  '"customer_id"' AS "unique_key";
