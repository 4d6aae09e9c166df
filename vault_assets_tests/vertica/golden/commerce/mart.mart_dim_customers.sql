CREATE SCHEMA IF NOT EXISTS "mart";

CREATE OR REPLACE VIEW "mart"."mart_dim_customers" AS
WITH "aged" AS (
  SELECT
    "c"."customer_id",
    "c"."name",
    "c"."email",
    "c"."phone",
    "c"."created_at",
    "c"."gross_orders",
    "c"."lifetime_orders",
    "c"."first_order_date",
    "c"."most_recent_order_date",
    "c"."gross_lifetime_value",
    "c"."lifetime_value",
    DATEDIFF('day', CAST("c"."most_recent_order_date" AS DATE), "a"."as_of") AS "days_since_last_order"
  FROM "core"."dim_customers" AS "c"
  CROSS JOIN "core"."as_of" AS "a"
  WHERE
    "c"."customer_id" <> -1
), "judged" AS (
  SELECT
    "g"."customer_id",
    "g"."name",
    "g"."email",
    "g"."phone",
    "g"."created_at",
    "g"."gross_orders",
    "g"."lifetime_orders",
    "g"."first_order_date",
    "g"."most_recent_order_date",
    "g"."gross_lifetime_value",
    "g"."lifetime_value",
    "g"."days_since_last_order",
    CASE
      WHEN "g"."lifetime_orders" = 0
      THEN 'New'
      WHEN "g"."lifetime_value" >= "s"."vip"
      THEN 'VIP'
      WHEN "g"."lifetime_value" >= "s"."high_value"
      THEN 'High Value'
      WHEN "g"."lifetime_value" >= "s"."medium_value"
      THEN 'Medium Value'
      ELSE 'Low Value'
    END AS "customer_segment",
    CASE
      WHEN "g"."lifetime_orders" = 0
      THEN 'None'
      WHEN "g"."lifetime_orders" >= "s"."frequent_orders"
      THEN 'Frequent'
      WHEN "g"."lifetime_orders" >= "s"."regular_orders"
      THEN 'Regular'
      WHEN "g"."lifetime_orders" >= "s"."occasional_orders"
      THEN 'Occasional'
      ELSE 'One-time'
    END AS "purchase_frequency",
    CASE
      WHEN "g"."lifetime_orders" = 0
      THEN 'New'
      WHEN "g"."days_since_last_order" <= "s"."active_days"
      THEN 'Active'
      WHEN "g"."days_since_last_order" <= "s"."recent_days"
      THEN 'Recent'
      WHEN "g"."days_since_last_order" <= "s"."lapsed_days"
      THEN 'Lapsed'
      ELSE 'Inactive'
    END AS "customer_status"
  FROM "aged" AS "g"
  CROSS JOIN "core"."settings" AS "s"
)
SELECT
  "customer_id",
  "name",
  "email",
  "phone",
  "created_at",
  "gross_orders",
  "lifetime_orders",
  "first_order_date",
  "most_recent_order_date",
  "gross_lifetime_value",
  "lifetime_value",
  "days_since_last_order",
  "customer_segment",
  "purchase_frequency",
  "customer_status",
  "customer_segment" = 'VIP' AND "customer_status" = 'Active' AS "is_high_value_active"
FROM "judged";

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
    FROM "mart"."mart_dim_customers"
  ) AS "s1"
  GROUP BY
    "customer_id"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."only_segment",
  "wrong_rows"."customers",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    MIN("customer_segment") AS "only_segment",
    COUNT(*) AS "customers"
  FROM "mart"."mart_dim_customers"
  WHERE
    "lifetime_orders" > 0
  HAVING
    COUNT(*) >= 10 AND COUNT(DISTINCT "customer_segment") = 1
) AS "wrong_rows"
LIMIT 10;
