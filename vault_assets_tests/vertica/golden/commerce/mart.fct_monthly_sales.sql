CREATE TABLE IF NOT EXISTS "mart"."fct_monthly_sales" (
  "month_start" DATE,
  "year_month" VARCHAR(65000),
  "gross_orders" INT,
  "orders_count" INT,
  "completed_orders" INT,
  "cancelled_orders" INT,
  "unique_customers" INT,
  "new_customers" INT,
  "gross_sales_amount" NUMERIC(18, 2),
  "total_sales_amount" NUMERIC(18, 2),
  "total_shipping_cost" NUMERIC(18, 2),
  "total_product_revenue" NUMERIC(18, 2),
  "average_order_value" NUMERIC(18, 2),
  "total_items_sold" INT,
  "items_revenue" NUMERIC(18, 2),
  "electronics_items" INT,
  "clothing_items" INT,
  "footwear_items" INT,
  "accessories_items" INT,
  "electronics_revenue" NUMERIC(18, 2),
  "clothing_revenue" NUMERIC(18, 2),
  "footwear_revenue" NUMERIC(18, 2),
  "accessories_revenue" NUMERIC(18, 2),
  "cancellation_rate" NUMERIC(18, 2),
  "sales_growth_pct" NUMERIC(18, 2)
);

DELETE FROM "mart"."fct_monthly_sales";

INSERT INTO "mart"."fct_monthly_sales" ("month_start", "year_month", "gross_orders", "orders_count", "completed_orders", "cancelled_orders", "unique_customers", "new_customers", "gross_sales_amount", "total_sales_amount", "total_shipping_cost", "total_product_revenue", "average_order_value", "total_items_sold", "items_revenue", "electronics_items", "clothing_items", "footwear_items", "accessories_items", "electronics_revenue", "clothing_revenue", "footwear_revenue", "accessories_revenue", "cancellation_rate", "sales_growth_pct")
WITH "months" AS (
  SELECT
    CAST(TIMESTAMPADD('month', "q2"."n", "q1"."_first") AS DATE) AS "month_start"
  FROM (
    SELECT
      MIN("m"."month_start") AS "_first",
      MAX("a"."as_of") AS "_last"
    FROM "core"."sales_by_month" AS "m"
    CROSS JOIN "core"."as_of" AS "a"
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
  ) AS "q2"
  WHERE
    TIMESTAMPADD('month', "q2"."n", "q1"."_first") <= "q1"."_last"
), "arrived" AS (
  SELECT
    CAST(DATE_TRUNC('month', "c"."first_order_date") AS DATE) AS "month_start",
    COUNT(*) AS "new_customers"
  FROM "core"."dim_customers" AS "c"
  WHERE
    "c"."lifetime_orders" > 0 AND "c"."customer_id" <> -1
  GROUP BY
    CAST(DATE_TRUNC('month', "c"."first_order_date") AS DATE)
), "filled" AS (
  SELECT
    "months"."month_start",
    COALESCE("s"."gross_orders", 0) AS "gross_orders",
    COALESCE("s"."orders_count", 0) AS "orders_count",
    COALESCE("s"."completed_orders", 0) AS "completed_orders",
    COALESCE("s"."cancelled_orders", 0) AS "cancelled_orders",
    COALESCE("s"."customers_count", 0) AS "unique_customers",
    COALESCE("n"."new_customers", 0) AS "new_customers",
    COALESCE("s"."gross_sales_amount", 0) AS "gross_sales_amount",
    COALESCE("s"."total_sales_amount", 0) AS "total_sales_amount",
    COALESCE("s"."total_shipping_cost", 0) AS "total_shipping_cost",
    CAST(COALESCE("s"."total_sales_amount", 0) - COALESCE("s"."total_shipping_cost", 0) AS NUMERIC(18, 2)) AS "total_product_revenue",
    COALESCE("s"."total_items_sold", 0) AS "total_items_sold",
    COALESCE("s"."items_revenue", 0) AS "items_revenue",
    COALESCE("s"."electronics_items", 0) AS "electronics_items",
    COALESCE("s"."clothing_items", 0) AS "clothing_items",
    COALESCE("s"."footwear_items", 0) AS "footwear_items",
    COALESCE("s"."accessories_items", 0) AS "accessories_items",
    COALESCE("s"."electronics_revenue", 0) AS "electronics_revenue",
    COALESCE("s"."clothing_revenue", 0) AS "clothing_revenue",
    COALESCE("s"."footwear_revenue", 0) AS "footwear_revenue",
    COALESCE("s"."accessories_revenue", 0) AS "accessories_revenue",
    LAG(COALESCE("s"."total_sales_amount", 0)) OVER (ORDER BY "months"."month_start" NULLS LAST) AS "previous_sales_amount"
  FROM "months"
  LEFT JOIN "core"."sales_by_month" AS "s"
    ON "s"."month_start" = "months"."month_start"
  LEFT JOIN "arrived" AS "n"
    ON "n"."month_start" = "months"."month_start"
)
SELECT
  "month_start",
  TO_CHAR("month_start", 'YYYY-MM') AS "year_month",
  "gross_orders",
  "orders_count",
  "completed_orders",
  "cancelled_orders",
  "unique_customers",
  "new_customers",
  "gross_sales_amount",
  "total_sales_amount",
  "total_shipping_cost",
  "total_product_revenue",
  CAST(ROUND(
    CAST(CAST(CAST("total_sales_amount" AS FLOAT) AS FLOAT) / NULLIF("orders_count", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "average_order_value",
  "total_items_sold",
  "items_revenue",
  "electronics_items",
  "clothing_items",
  "footwear_items",
  "accessories_items",
  "electronics_revenue",
  "clothing_revenue",
  "footwear_revenue",
  "accessories_revenue",
  CAST(ROUND(
    CAST(CAST(100 * CAST("cancelled_orders" AS FLOAT) AS FLOAT) / NULLIF("gross_orders", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "cancellation_rate",
  CAST(ROUND(
    CAST(CAST(100 * CAST((
      "total_sales_amount" - "previous_sales_amount"
    ) AS FLOAT) AS FLOAT) / NULLIF("previous_sales_amount", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "sales_growth_pct"
FROM "filled";

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month_start",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "month_start"
    FROM "mart"."fct_monthly_sales"
  ) AS "s1"
  GROUP BY
    "month_start"
  HAVING
    COUNT(*) > 1 OR "month_start" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."orders_count",
  "wrong_rows"."of_days",
  "wrong_rows"."total_sales_amount",
  "wrong_rows"."amount",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "days" AS (
    SELECT
      CAST(DATE_TRUNC('month', "date_key") AS DATE) AS "month_start",
      SUM("gross_orders") AS "gross_orders",
      SUM("orders_count") AS "orders_count",
      SUM("total_sales_amount") AS "amount",
      SUM("total_items_sold") AS "items",
      SUM("items_revenue") AS "revenue"
    FROM "mart"."fct_daily_sales"
    GROUP BY
      CAST(DATE_TRUNC('month', "date_key") AS DATE)
  )
  SELECT
    "m"."month_start",
    "m"."orders_count",
    "d"."orders_count" AS "of_days",
    "m"."total_sales_amount",
    "d"."amount"
  FROM "mart"."fct_monthly_sales" AS "m"
  CROSS JOIN "core"."as_of" AS "a"
  LEFT JOIN "days" AS "d"
    ON "d"."month_start" = "m"."month_start"
  WHERE
    LAST_DAY("m"."month_start") <= "a"."as_of"
    AND (
      (
        NOT ("m"."gross_orders" <=> "d"."gross_orders")
        OR NOT ("m"."orders_count" <=> "d"."orders_count")
        OR NOT ("m"."total_sales_amount" <=> "d"."amount")
      )
      OR (
        NOT ("m"."total_items_sold" <=> "d"."items")
        OR NOT ("m"."items_revenue" <=> "d"."revenue")
      )
    )
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."year_month",
  "wrong_rows"."gross_orders",
  "wrong_rows"."orders_count",
  "wrong_rows"."completed_orders",
  "wrong_rows"."cancelled_orders",
  "wrong_rows"."unique_customers",
  "wrong_rows"."new_customers",
  "wrong_rows"."gross_sales_amount",
  "wrong_rows"."total_sales_amount",
  "wrong_rows"."total_shipping_cost",
  "wrong_rows"."total_product_revenue",
  "wrong_rows"."average_order_value",
  "wrong_rows"."total_items_sold",
  "wrong_rows"."items_revenue",
  "wrong_rows"."electronics_items",
  "wrong_rows"."clothing_items",
  "wrong_rows"."footwear_items",
  "wrong_rows"."accessories_items",
  "wrong_rows"."electronics_revenue",
  "wrong_rows"."clothing_revenue",
  "wrong_rows"."footwear_revenue",
  "wrong_rows"."accessories_revenue",
  "wrong_rows"."cancellation_rate",
  "wrong_rows"."sales_growth_pct",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "fct_monthly_sales"."month_start",
    "fct_monthly_sales"."year_month",
    "fct_monthly_sales"."gross_orders",
    "fct_monthly_sales"."orders_count",
    "fct_monthly_sales"."completed_orders",
    "fct_monthly_sales"."cancelled_orders",
    "fct_monthly_sales"."unique_customers",
    "fct_monthly_sales"."new_customers",
    "fct_monthly_sales"."gross_sales_amount",
    "fct_monthly_sales"."total_sales_amount",
    "fct_monthly_sales"."total_shipping_cost",
    "fct_monthly_sales"."total_product_revenue",
    "fct_monthly_sales"."average_order_value",
    "fct_monthly_sales"."total_items_sold",
    "fct_monthly_sales"."items_revenue",
    "fct_monthly_sales"."electronics_items",
    "fct_monthly_sales"."clothing_items",
    "fct_monthly_sales"."footwear_items",
    "fct_monthly_sales"."accessories_items",
    "fct_monthly_sales"."electronics_revenue",
    "fct_monthly_sales"."clothing_revenue",
    "fct_monthly_sales"."footwear_revenue",
    "fct_monthly_sales"."accessories_revenue",
    "fct_monthly_sales"."cancellation_rate",
    "fct_monthly_sales"."sales_growth_pct"
  FROM "mart"."fct_monthly_sales"
  WHERE
    "cancellation_rate" < 0 OR "cancellation_rate" > 100
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.fct_monthly_sales' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.customer_months core.dim_customers core.fct_order_items core.fct_orders core.sales_by_day core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"month_start"' AS "unique_key";
