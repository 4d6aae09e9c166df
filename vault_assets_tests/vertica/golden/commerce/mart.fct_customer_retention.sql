CREATE TABLE IF NOT EXISTS "mart"."fct_customer_retention" (
  "cohort_month" DATE,
  "months_since" INT,
  "cohort_size" INT,
  "retained_customers" INT,
  "retention_rate" NUMERIC(18, 2),
  "cohort_revenue" NUMERIC(18, 2),
  "revenue_per_retained_customer" NUMERIC(18, 2),
  "cumulative_revenue" NUMERIC(18, 2),
  "cumulative_retained" INT
);

DELETE FROM "mart"."fct_customer_retention";

INSERT INTO "mart"."fct_customer_retention" ("cohort_month", "months_since", "cohort_size", "retained_customers", "retention_rate", "cohort_revenue", "revenue_per_retained_customer", "cumulative_revenue", "cumulative_retained")
WITH "months" AS (
  SELECT
    "cohort_month",
    "month_start",
    COUNT(*) AS "customers",
    COUNT(CASE WHEN "orders" > 0 THEN 1 END) AS "retained_customers",
    SUM(CASE WHEN "orders" > 0 THEN "revenue" END) AS "revenue",
    COUNT(CASE WHEN "is_first_return" THEN 1 END) AS "returned"
  FROM "core"."customer_months"
  GROUP BY
    "cohort_month",
    "month_start"
), "cohorts" AS (
  SELECT
    "m"."cohort_month",
    "m"."customers" AS "cohort_size",
    DATE_TRUNC('month', "a"."as_of") AS "last_month"
  FROM "months" AS "m"
  CROSS JOIN "core"."as_of" AS "a"
  WHERE
    "m"."month_start" = "m"."cohort_month" AND "m"."cohort_month" <= "a"."as_of"
), "grid" AS (
  SELECT
    "q1"."cohort_month" AS "cohort_month",
    "q1"."cohort_size" AS "cohort_size",
    (
      "q1"."_first" + "q2"."n"
    ) AS "months_since"
  FROM (
    SELECT
      0 AS "_first",
      DATEDIFF('month', "cohort_month", "last_month") + 1 AS "_last",
      "cohort_month",
      "cohort_size"
    FROM "cohorts"
  ) AS "q1"
  CROSS JOIN (
    SELECT
      "d0"."d" + "d1"."d" * 10 + "d2"."d" * 100 + "d3"."d" * 1000 + "d4"."d" * 10000 + "d5"."d" * 100000 AS "n"
    FROM (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d0"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d1"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d2"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d3"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d4"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d5"
    WHERE
      "d0"."d" + "d1"."d" * 10 + "d2"."d" * 100 + "d3"."d" * 1000 + "d4"."d" * 10000 + "d5"."d" * 100000 <= (
        SELECT
          MAX("m"."_last" - "m"."_first")
        FROM (
          SELECT
            0 AS "_first",
            DATEDIFF('month', "cohort_month", "last_month") + 1 AS "_last",
            "cohort_month",
            "cohort_size"
          FROM "cohorts"
        ) AS "m"
      )
  ) AS "q2"
  WHERE
    (
      "q1"."_first" + "q2"."n"
    ) < "q1"."_last"
), "bought" AS (
  SELECT
    "cohort_month",
    DATEDIFF('month', "cohort_month", "month_start") AS "months_since",
    "retained_customers",
    "revenue" AS "cohort_revenue",
    "returned"
  FROM "months"
), "filled" AS (
  SELECT
    "g"."cohort_month",
    "g"."months_since",
    "g"."cohort_size",
    COALESCE("b"."retained_customers", 0) AS "retained_customers",
    CAST(COALESCE("b"."cohort_revenue", 0) AS NUMERIC(18, 2)) AS "cohort_revenue",
    CAST(SUM(COALESCE("b"."cohort_revenue", 0)) OVER (PARTITION BY "g"."cohort_month" ORDER BY "g"."months_since" NULLS LAST) AS NUMERIC(18, 2)) AS "cumulative_revenue",
    CAST(SUM(COALESCE("b"."returned", 0)) OVER (PARTITION BY "g"."cohort_month" ORDER BY "g"."months_since" NULLS LAST) AS INT) AS "cumulative_retained"
  FROM "grid" AS "g"
  LEFT JOIN "bought" AS "b"
    ON "b"."cohort_month" = "g"."cohort_month"
    AND "b"."months_since" = "g"."months_since"
)
SELECT
  "cohort_month",
  "months_since",
  "cohort_size",
  "retained_customers",
  CAST(ROUND(
    CAST(CAST(100 * CAST("retained_customers" AS FLOAT) AS FLOAT) / NULLIF("cohort_size", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "retention_rate",
  "cohort_revenue",
  CAST(ROUND(
    CAST(CAST(CAST("cohort_revenue" AS FLOAT) AS FLOAT) / NULLIF("retained_customers", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "revenue_per_retained_customer",
  "cumulative_revenue",
  "cumulative_retained"
FROM "filled";

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
    FROM "mart"."fct_customer_retention"
  ) AS "s1"
  GROUP BY
    "cohort_month",
    "months_since"
  HAVING
    COUNT(*) > 1 OR "cohort_month" IS NULL OR "months_since" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."in_cohorts",
  "wrong_rows"."with_orders",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "cohorts" AS (
    SELECT
      COALESCE(SUM("cohort_size"), 0) AS "customers"
    FROM "mart"."fct_customer_retention"
    WHERE
      "months_since" = 0
  ), "customers" AS (
    SELECT
      COUNT(*) AS "customers"
    FROM "core"."dim_customers" AS "c"
    CROSS JOIN "core"."as_of" AS "a"
    WHERE
      "c"."lifetime_orders" > 0
      AND "c"."customer_id" <> -1
      AND DATE_TRUNC('month', "c"."first_order_date") <= "a"."as_of"
  )
  SELECT
    "h"."customers" AS "in_cohorts",
    "c"."customers" AS "with_orders"
  FROM "cohorts" AS "h"
  CROSS JOIN "customers" AS "c"
  WHERE
    "h"."customers" <> "c"."customers"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."cohort_month",
  "wrong_rows"."months_since",
  "wrong_rows"."cohort_size",
  "wrong_rows"."retained_customers",
  "wrong_rows"."retention_rate",
  "wrong_rows"."cohort_revenue",
  "wrong_rows"."revenue_per_retained_customer",
  "wrong_rows"."cumulative_revenue",
  "wrong_rows"."cumulative_retained",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "fct_customer_retention"."cohort_month",
    "fct_customer_retention"."months_since",
    "fct_customer_retention"."cohort_size",
    "fct_customer_retention"."retained_customers",
    "fct_customer_retention"."retention_rate",
    "fct_customer_retention"."cohort_revenue",
    "fct_customer_retention"."revenue_per_retained_customer",
    "fct_customer_retention"."cumulative_revenue",
    "fct_customer_retention"."cumulative_retained"
  FROM "mart"."fct_customer_retention"
  WHERE
    NOT "retention_rate" BETWEEN 0 AND 100
    OR "cumulative_retained" > "cohort_size"
    OR "retained_customers" > "cumulative_retained"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.fct_customer_retention' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_orders staging.customers staging.order_items staging.orders staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"cohort_month", "months_since"' AS "unique_key";
