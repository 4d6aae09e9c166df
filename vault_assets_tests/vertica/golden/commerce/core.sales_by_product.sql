CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'core.dim_customers' AS "table_name",
    'customers' AS "stage"
  UNION ALL
  SELECT
    'core.dim_customers' AS "table_name",
    'orders' AS "stage"
  UNION ALL
  SELECT
    'core.fct_order_items' AS "table_name",
    'customers' AS "stage"
  UNION ALL
  SELECT
    'core.fct_order_items' AS "table_name",
    'order_items' AS "stage"
  UNION ALL
  SELECT
    'core.fct_order_items' AS "table_name",
    'orders' AS "stage"
  UNION ALL
  SELECT
    'core.fct_order_items' AS "table_name",
    'products' AS "stage"
  UNION ALL
  SELECT
    'core.fct_orders' AS "table_name",
    'customers' AS "stage"
  UNION ALL
  SELECT
    'core.fct_orders' AS "table_name",
    'order_items' AS "stage"
  UNION ALL
  SELECT
    'core.fct_orders' AS "table_name",
    'orders' AS "stage"
  UNION ALL
  SELECT
    'staging.customers' AS "table_name",
    'customers' AS "stage"
  UNION ALL
  SELECT
    'staging.order_items' AS "table_name",
    'order_items' AS "stage"
  UNION ALL
  SELECT
    'staging.orders' AS "table_name",
    'orders' AS "stage"
  UNION ALL
  SELECT
    'staging.products' AS "table_name",
    'products' AS "stage"
  UNION ALL
  SELECT
    'staging.stg_customers' AS "table_name",
    'customers' AS "stage"
  UNION ALL
  SELECT
    'staging.stg_order_items' AS "table_name",
    'order_items' AS "stage"
  UNION ALL
  SELECT
    'staging.stg_order_items' AS "table_name",
    'orders' AS "stage"
  UNION ALL
  SELECT
    'staging.stg_orders' AS "table_name",
    'orders' AS "stage"
), "needed" AS (
  SELECT
    "stage",
    COUNT(*) AS "tables"
  FROM "reads"
  GROUP BY
    "stage"
), "applied" AS (
  SELECT
    "table_name",
    "stage",
    "batch_id",
    "load_ts",
    "rows_in",
    "inserted",
    "applied_at",
    "note"
  FROM "registry"."applied"
  WHERE
    "table_name" IN (
      'core.sales_by_product',
      'core.dim_customers',
      'staging.customers',
      'core.dim_customers',
      'staging.orders',
      'core.fct_order_items',
      'staging.customers',
      'core.fct_order_items',
      'staging.order_items',
      'core.fct_order_items',
      'staging.orders',
      'core.fct_order_items',
      'staging.products',
      'core.fct_orders',
      'staging.customers',
      'core.fct_orders',
      'staging.order_items',
      'core.fct_orders',
      'staging.orders',
      'staging.customers',
      'staging.customers',
      'staging.order_items',
      'staging.order_items',
      'staging.orders',
      'staging.orders',
      'staging.products',
      'staging.products',
      'staging.stg_customers',
      'staging.customers',
      'staging.stg_order_items',
      'staging.order_items',
      'staging.stg_order_items',
      'staging.orders',
      'staging.stg_orders',
      'staging.orders'
    )
), "staged" AS (
  SELECT
    "stage",
    "batch_id",
    "load_ts",
    REGEXP_SUBSTR("note", '"from_key": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1) AS "from_key",
    "rows_in" AS "records",
    "inserted" AS "loaded"
  FROM "applied"
  WHERE
    "table_name" = 'staging.' || "stage"
    AND "stage" IN (
      SELECT
        "stage"
      FROM "reads"
    )
), "marks" AS (
  SELECT
    "a"."stage",
    "a"."batch_id",
    COUNT(*) AS "tables",
    TO_HEX(
      BIT_XOR(
        HEX_TO_BINARY(
          MD5(
            CASE
              WHEN "a"."table_name" IN (
                'core.settings',
                'core.as_of',
                'staging.stg_customers',
                'staging.stg_products',
                'staging.stg_orders',
                'staging.stg_order_items',
                'core.dim_date',
                'core.dim_customers',
                'core.dim_products',
                'core.fct_orders',
                'core.fct_order_items',
                'core.sales_by_day',
                'core.sales_by_product',
                'core.sales_by_month',
                'core.customer_months',
                'mart.mart_dim_customers',
                'mart.mart_dim_products',
                'mart.fct_daily_sales',
                'mart.fct_monthly_sales',
                'mart.fct_customer_retention',
                'mart.metric_daily_sales',
                'mart.metric_monthly_sales',
                'mart.metric_customer_retention',
                'mart.metric_product_category',
                'mart.metric_customer_segments',
                'mart.inventory_reorder',
                'mart.customer_rfm'
              )
              THEN SUBSTR((
                COALESCE('|' || "a"."table_name", '') || COALESCE('|' || "a"."note", '')
              ), 2)
              ELSE SUBSTR(
                (
                  COALESCE('|' || "a"."table_name", '') || COALESCE('|' || CAST("a"."applied_at" AS VARCHAR(30)), '')
                ),
                2
              )
            END
          )
        )
      )
    ) AS "mark"
  FROM "applied" AS "a"
  INNER JOIN "reads" AS "r"
    ON "r"."table_name" = "a"."table_name" AND "r"."stage" = "a"."stage"
  WHERE
    NOT ("a"."note" <=> '{"replay": true}')
  GROUP BY
    "a"."stage",
    "a"."batch_id"
), "rewritten" AS (
  SELECT
    "s"."batch_id",
    MAX("w"."rewritten_at") AS "rewritten_at"
  FROM "staged" AS "s"
  INNER JOIN "registry"."rewritten" AS "w"
    ON "w"."since" <= "s"."load_ts"
  WHERE
    "w"."table_name" IN (
      SELECT
        "table_name"
      FROM "reads"
    )
  GROUP BY
    "s"."batch_id"
), "judged" AS (
  SELECT
    "s"."stage",
    "s"."batch_id",
    "s"."load_ts",
    "s"."from_key",
    "s"."records",
    "s"."loaded",
    COALESCE("m"."tables" = "n"."tables", FALSE) AS "is_complete",
    '{"applied": "' || COALESCE("m"."mark", '0') || '"' AS "applied",
    ', "rewritten": "' || COALESCE(CAST("w"."rewritten_at" AS VARCHAR(30)), '') || '"}' AS "rewritten"
  FROM "staged" AS "s"
  INNER JOIN "needed" AS "n"
    ON "n"."stage" = "s"."stage"
  LEFT JOIN "marks" AS "m"
    ON "m"."stage" = "s"."stage" AND "m"."batch_id" = "s"."batch_id"
  LEFT JOIN "rewritten" AS "w"
    ON "w"."batch_id" = "s"."batch_id"
), "consumed" AS (
  SELECT
    "stage",
    "batch_id",
    "note"
  FROM "applied"
  WHERE
    "table_name" = 'core.sales_by_product'
)
SELECT
  "j"."stage" AS "source",
  "j"."batch_id",
  "j"."load_ts",
  "j"."from_key",
  "j"."records",
  "j"."loaded",
  "j"."applied" || "j"."rewritten" AS "built_from",
  "j"."is_complete",
  NOT "c"."batch_id" IS NULL AS "is_consumed",
  "j"."is_complete" AND NOT ("c"."note" <=> "j"."applied" || "j"."rewritten") AS "is_new",
  "j"."is_complete"
  AND NOT "c"."batch_id" IS NULL
  AND NOT LEFT("c"."note", CHARACTER_LENGTH("j"."applied")) = "j"."applied" AS "is_again"
FROM "judged" AS "j"
LEFT JOIN "consumed" AS "c"
  ON "c"."stage" = "j"."stage" AND "c"."batch_id" = "j"."batch_id";

CREATE TABLE IF NOT EXISTS "core"."sales_by_product" (
  "month_start" DATE,
  "product_id" INT,
  "category" VARCHAR(65000),
  "lines" INT,
  "counted_lines" INT,
  "items" INT,
  "revenue" NUMERIC(18, 2)
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('month', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    WITH "customers" AS (
      SELECT
        "s"."customer_id"
      FROM "staging"."customers" AS "s"
      LEFT JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
      WHERE
        "s"."customer_id" IN (
          SELECT
            "n"."customer_id"
          FROM "staging"."customers" AS "n"
          INNER JOIN "new_batches" AS "c"
            ON "c"."batch_id" = "n"."batch_id"
        )
      GROUP BY
        "s"."customer_id"
      HAVING
        COUNT(*) = COUNT("b"."batch_id")
    ), "products" AS (
      SELECT
        "s"."product_id"
      FROM "staging"."products" AS "s"
      LEFT JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
      GROUP BY
        "s"."product_id"
      HAVING
        COUNT("b"."batch_id") > 0
        AND (
          COUNT(*) = COUNT("b"."batch_id") OR COUNT(DISTINCT "s"."category") > 1
        )
    ), "touched" AS (
      SELECT
        "s"."order_id"
      FROM "staging"."orders" AS "s"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
      UNION
      SELECT
        "s"."order_id"
      FROM "staging"."order_items" AS "s"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
      UNION
      SELECT
        "s"."order_id"
      FROM "staging"."orders" AS "s"
      WHERE
        "s"."customer_id" IN (
          SELECT
            "customer_id"
          FROM "customers"
        )
      UNION
      SELECT
        "s"."order_id"
      FROM "staging"."order_items" AS "s"
      WHERE
        "s"."product_id" IN (
          SELECT
            "product_id"
          FROM "products"
        )
    )
    SELECT
      COALESCE(
        "s"."order_date",
        "s"."created_at",
        "s"."updated_at",
        CAST("s"."extract_date" AS TIMESTAMP)
      ) AS "touched"
    FROM "staging"."orders" AS "s"
    WHERE
      "s"."order_id" IN (
        SELECT
          "order_id"
        FROM "touched"
        GROUP BY
          "order_id"
        HAVING
          COUNT(*) > 0
      )
  ) AS "t"("value")
  UNION ALL
  SELECT
    "month_start"
  FROM "core"."sales_by_product"
) AS "s1"
WHERE
  "partition_value" >= CAST('1970-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "core"."sales_by_product";

INSERT INTO "core"."sales_by_product" ("month_start", "product_id", "category", "lines", "counted_lines", "items", "revenue")
WITH "days" AS (
  SELECT
    CAST(TIMESTAMPADD('day', "q2"."n", "q1"."_first") AS DATE) AS "date_key"
  FROM (
    SELECT
      "partition_value" AS "_first",
      LAST_DAY("partition_value") AS "_last"
    FROM "changed_partitions"
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
)
SELECT
  CAST(DATE_TRUNC('month', "i"."date_key") AS DATE) AS "month_start",
  "i"."product_id",
  "i"."category",
  COUNT(*) AS "lines",
  COUNT(CASE WHEN "i"."is_counted" THEN 1 END) AS "counted_lines",
  CAST(COALESCE(SUM(CASE WHEN "i"."is_counted" THEN "i"."quantity" END), 0) AS INT) AS "items",
  CAST(COALESCE(SUM(CASE WHEN "i"."is_counted" THEN "i"."item_total" END), 0) AS NUMERIC(18, 2)) AS "revenue"
FROM "core"."fct_order_items" AS "i"
WHERE
  "i"."date_key" IN (
    SELECT
      "date_key"
    FROM "days"
  )
GROUP BY
  CAST(DATE_TRUNC('month', "i"."date_key") AS DATE),
  "i"."product_id",
  "i"."category";

SELECT
  COUNT(*)
FROM "core"."sales_by_product"
WHERE
  "month_start" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."month_start",
  "wrong_rows"."product_id",
  "wrong_rows"."category",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month_start",
    "product_id",
    "category",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "month_start",
      "product_id",
      "category"
    FROM "core"."sales_by_product"
  ) AS "s1"
  GROUP BY
    "month_start",
    "product_id",
    "category"
  HAVING
    COUNT(*) > 1 OR "month_start" IS NULL OR "product_id" IS NULL OR "category" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.sales_by_product' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"month_start", "product_id", "category"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.sales_by_product' AS "table_name",
  "source" AS "stage",
  "batch_id",
  "load_ts",
  'run' AS "run_id",
  0 AS "rows_in",
  0 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  "built_from" AS "note"
FROM "mart_batches"
WHERE
  "is_new";

SELECT
  "month_start",
  COUNT(*)
FROM "core"."sales_by_product"
GROUP BY
  "month_start"
ORDER BY
  CASE WHEN "month_start" IS NULL THEN 1 ELSE 0 END,
  "month_start" DESC;
