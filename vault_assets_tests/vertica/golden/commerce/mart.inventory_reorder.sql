CREATE TABLE IF NOT EXISTS "mart"."inventory_reorder" (
  "product_id" INT,
  "name" VARCHAR(65000),
  "category" VARCHAR(65000),
  "is_active" BOOLEAN,
  "inventory_count" INT,
  "sold" INT,
  "daily_demand" NUMERIC(18, 2),
  "days_of_cover" NUMERIC(18, 2),
  "reorder_point" INT,
  "reorder" BOOLEAN,
  "suggested_quantity" INT
);

DELETE FROM "mart"."inventory_reorder";

INSERT INTO "mart"."inventory_reorder" ("product_id", "name", "category", "is_active", "inventory_count", "sold", "daily_demand", "days_of_cover", "reorder_point", "reorder", "suggested_quantity")
WITH "days" AS (
  SELECT
    CAST(TIMESTAMPADD('day', "q2"."n", "q1"."_first") AS DATE) AS "date_key"
  FROM (
    SELECT
      "a"."as_of" - "s"."sold_days" + 1 AS "_first",
      "a"."as_of" AS "_last"
    FROM "core"."as_of" AS "a"
    CROSS JOIN "core"."settings" AS "s"
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
), "sold" AS (
  SELECT
    "i"."product_id",
    SUM("i"."quantity") AS "items"
  FROM "core"."fct_order_items" AS "i"
  WHERE
    "i"."is_counted" AND "i"."date_key" IN (
      SELECT
        "date_key"
      FROM "days"
    )
  GROUP BY
    "i"."product_id"
), "demand" AS (
  SELECT
    "p"."product_id",
    "p"."name",
    "p"."category",
    "p"."is_active",
    "p"."inventory_count",
    CAST(COALESCE("sold"."items", 0) AS INT) AS "sold",
    "s"."sold_days",
    CAST((
      COALESCE("sold"."items", 0) * (
        "s"."lead_days" + "s"."safety_days"
      ) + "s"."sold_days" - 1
    ) // NULLIF("s"."sold_days", 0) AS INT) AS "reorder_point",
    CAST((
      COALESCE("sold"."items", 0) * "s"."cover_days" + "s"."sold_days" - 1
    ) // NULLIF("s"."sold_days", 0) AS INT) AS "wanted"
  FROM "core"."dim_products" AS "p"
  CROSS JOIN "core"."settings" AS "s"
  LEFT JOIN "sold"
    ON "sold"."product_id" = "p"."product_id"
  WHERE
    "p"."product_id" <> -1
)
SELECT
  "product_id",
  "name",
  "category",
  "is_active",
  "inventory_count",
  "sold",
  CAST(ROUND(
    CAST(CAST(CAST("sold" AS FLOAT) AS FLOAT) / NULLIF("sold_days", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "daily_demand",
  CAST(ROUND(
    CAST(CAST(CAST("inventory_count" * "sold_days" AS FLOAT) AS FLOAT) / NULLIF("sold", 0) AS NUMERIC(38, 8)),
    2
  ) AS NUMERIC(18, 2)) AS "days_of_cover",
  "reorder_point",
  "is_active" AND "inventory_count" <= "reorder_point" AS "reorder",
  COALESCE(GREATEST(0, "wanted" - "inventory_count"), 0, "wanted" - "inventory_count") AS "suggested_quantity"
FROM "demand";

SELECT
  "wrong_rows"."product_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "product_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "product_id"
    FROM "mart"."inventory_reorder"
  ) AS "s1"
  GROUP BY
    "product_id"
  HAVING
    COUNT(*) > 1 OR "product_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.inventory_reorder' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders core.sales_by_product staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"product_id"' AS "unique_key";
