CREATE TABLE IF NOT EXISTS "mart"."fct_daily_sales" (
  "date_key" DATE,
  "gross_orders" INT,
  "orders_count" INT,
  "completed_orders" INT,
  "cancelled_orders" INT,
  "customers_count" INT,
  "gross_sales_amount" NUMERIC(18, 2),
  "total_sales_amount" NUMERIC(18, 2),
  "total_shipping_cost" NUMERIC(18, 2),
  "total_product_revenue" NUMERIC(18, 2),
  "average_order_value" NUMERIC(18, 2),
  "total_items_sold" INT,
  "items_revenue" NUMERIC(18, 2),
  "electronics_revenue" NUMERIC(18, 2),
  "clothing_revenue" NUMERIC(18, 2),
  "footwear_revenue" NUMERIC(18, 2),
  "accessories_revenue" NUMERIC(18, 2)
);

DELETE FROM "mart"."fct_daily_sales";

INSERT INTO "mart"."fct_daily_sales" ("date_key", "gross_orders", "orders_count", "completed_orders", "cancelled_orders", "customers_count", "gross_sales_amount", "total_sales_amount", "total_shipping_cost", "total_product_revenue", "average_order_value", "total_items_sold", "items_revenue", "electronics_revenue", "clothing_revenue", "footwear_revenue", "accessories_revenue")
WITH "days" AS (
  SELECT
    CAST(TIMESTAMPADD('day', "q2"."n", "q1"."_first") AS DATE) AS "date_key"
  FROM (
    SELECT
      MIN("d"."date_key") AS "_first",
      MAX("a"."as_of") AS "_last"
    FROM "core"."sales_by_day" AS "d"
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
    TIMESTAMPADD('day', "q2"."n", "q1"."_first") <= "q1"."_last"
), "filled" AS (
  SELECT
    "days"."date_key",
    COALESCE("s"."gross_orders", 0) AS "gross_orders",
    COALESCE("s"."orders_count", 0) AS "orders_count",
    COALESCE("s"."completed_orders", 0) AS "completed_orders",
    COALESCE("s"."cancelled_orders", 0) AS "cancelled_orders",
    COALESCE("s"."customers_count", 0) AS "customers_count",
    COALESCE("s"."gross_sales_amount", 0) AS "gross_sales_amount",
    COALESCE("s"."total_sales_amount", 0) AS "total_sales_amount",
    COALESCE("s"."total_shipping_cost", 0) AS "total_shipping_cost",
    CAST(COALESCE("s"."total_sales_amount", 0) - COALESCE("s"."total_shipping_cost", 0) AS NUMERIC(18, 2)) AS "total_product_revenue",
    COALESCE("s"."total_items_sold", 0) AS "total_items_sold",
    COALESCE("s"."items_revenue", 0) AS "items_revenue",
    COALESCE("s"."electronics_revenue", 0) AS "electronics_revenue",
    COALESCE("s"."clothing_revenue", 0) AS "clothing_revenue",
    COALESCE("s"."footwear_revenue", 0) AS "footwear_revenue",
    COALESCE("s"."accessories_revenue", 0) AS "accessories_revenue"
  FROM "days"
  LEFT JOIN "core"."sales_by_day" AS "s"
    ON "s"."date_key" = "days"."date_key"
)
SELECT
  "date_key",
  "gross_orders",
  "orders_count",
  "completed_orders",
  "cancelled_orders",
  "customers_count",
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
  "electronics_revenue",
  "clothing_revenue",
  "footwear_revenue",
  "accessories_revenue"
FROM "filled";

SELECT
  "wrong_rows"."date_key",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "date_key",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "date_key"
    FROM "mart"."fct_daily_sales"
  ) AS "s1"
  GROUP BY
    "date_key"
  HAVING
    COUNT(*) > 1 OR "date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."gross_orders",
  "wrong_rows"."gross_amount",
  "wrong_rows"."amount",
  "wrong_rows"."items",
  "wrong_rows"."revenue",
  "wrong_rows"."gross_orders_1",
  "wrong_rows"."gross_amount_1",
  "wrong_rows"."amount_1",
  "wrong_rows"."items_1",
  "wrong_rows"."revenue_1",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "days" AS (
    SELECT
      SUM("gross_orders") AS "gross_orders",
      SUM("gross_sales_amount") AS "gross_amount",
      SUM("total_sales_amount") AS "amount",
      SUM("total_items_sold") AS "items",
      SUM("items_revenue") AS "revenue"
    FROM "mart"."fct_daily_sales"
  ), "sums" AS (
    SELECT
      SUM("s"."gross_orders") AS "gross_orders",
      SUM("s"."gross_sales_amount") AS "gross_amount",
      SUM("s"."total_sales_amount") AS "amount",
      SUM("s"."total_items_sold") AS "items",
      SUM("s"."items_revenue") AS "revenue"
    FROM "core"."sales_by_day" AS "s"
    CROSS JOIN "core"."as_of" AS "a"
    WHERE
      "s"."date_key" <= "a"."as_of"
  )
  SELECT
    "d"."gross_orders",
    "d"."gross_amount",
    "d"."amount",
    "d"."items",
    "d"."revenue",
    "s"."gross_orders",
    "s"."gross_amount",
    "s"."amount",
    "s"."items",
    "s"."revenue"
  FROM "days" AS "d"
  CROSS JOIN "sums" AS "s"
  WHERE
    "s"."gross_orders" > 0
    AND (
      NOT ("d"."gross_orders" <=> "s"."gross_orders")
      OR NOT ("d"."gross_amount" <=> "s"."gross_amount")
      OR NOT ("d"."amount" <=> "s"."amount")
      OR NOT ("d"."items" <=> "s"."items")
      OR NOT ("d"."revenue" <=> "s"."revenue")
    )
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."date_key",
  "wrong_rows"."next_day",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "days" AS (
    SELECT
      "date_key",
      LEAD("date_key") OVER (ORDER BY "date_key" NULLS LAST) AS "next_day"
    FROM "mart"."fct_daily_sales"
  )
  SELECT
    "d"."date_key",
    "d"."next_day"
  FROM "days" AS "d"
  CROSS JOIN "core"."as_of" AS "a"
  WHERE
    "d"."next_day" <> "d"."date_key" + 1
    OR (
      "d"."next_day" IS NULL AND "d"."date_key" <> "a"."as_of"
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.fct_daily_sales' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_day staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"date_key"' AS "unique_key";
