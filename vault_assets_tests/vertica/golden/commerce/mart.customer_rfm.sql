CREATE OR REPLACE VIEW "mart"."customer_rfm" AS
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
