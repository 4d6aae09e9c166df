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
      'core.customer_months',
      'core.dim_customers',
      'staging.customers',
      'core.dim_customers',
      'staging.orders',
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
    "table_name" = 'core.customer_months'
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

CREATE TABLE IF NOT EXISTS "core"."customer_months" (
  "customer_id" INT,
  "cohort_month" DATE,
  "month_start" DATE,
  "orders" INT,
  "revenue" NUMERIC(18, 2),
  "is_first_return" BOOLEAN
);

INSERT INTO "changed_keys" ("customer_id")
SELECT DISTINCT
  "customer_id"
FROM (
  SELECT
    "customer_id"
  FROM (
    SELECT
      "s"."customer_id"
    FROM "staging"."customers" AS "s"
    INNER JOIN "new_batches" AS "b"
      ON "b"."batch_id" = "s"."batch_id"
    UNION
    SELECT
      "s"."customer_id"
    FROM "staging"."orders" AS "s"
    WHERE
      "s"."order_id" IN (
        SELECT
          "o"."order_id"
        FROM "staging"."orders" AS "o"
        INNER JOIN "new_batches" AS "b"
          ON "b"."batch_id" = "o"."batch_id"
      )
    UNION
    SELECT
      -1
  ) AS "s2"
  UNION ALL
  SELECT
    "customer_id"
  FROM "core"."customer_months"
  WHERE
    NOT "customer_id" IS NULL
) AS "s1";

DELETE FROM "core"."customer_months";

INSERT INTO "core"."customer_months" ("customer_id", "cohort_month", "month_start", "orders", "revenue", "is_first_return")
WITH "orders" AS (
  SELECT
    "o"."customer_id",
    CAST(DATE_TRUNC('month', "o"."date_key") AS DATE) AS "month_start",
    "o"."total_amount",
    ROW_NUMBER() OVER (
      PARTITION BY "o"."customer_id"
      ORDER BY "o"."order_date" NULLS LAST, "o"."order_id" NULLS LAST
    ) AS "place",
    MIN(CAST(DATE_TRUNC('month', "o"."date_key") AS DATE)) OVER (PARTITION BY "o"."customer_id") AS "cohort_month"
  FROM "core"."fct_orders" AS "o"
  WHERE
    "o"."is_counted"
    AND "o"."customer_id" <> -1
    AND "o"."customer_id" IN (
      SELECT
        "customer_id"
      FROM "changed_keys"
    )
)
SELECT
  "o"."customer_id",
  "o"."cohort_month",
  "o"."month_start",
  COUNT(CASE WHEN "o"."place" > 1 THEN 1 END) AS "orders",
  CAST(COALESCE(SUM(CASE WHEN "o"."place" > 1 THEN "o"."total_amount" END), 0) AS NUMERIC(18, 2)) AS "revenue",
  COUNT(CASE WHEN "o"."place" = 2 THEN 1 END) > 0 AS "is_first_return"
FROM "orders" AS "o"
GROUP BY
  "o"."customer_id",
  "o"."cohort_month",
  "o"."month_start";

SELECT
  COUNT(*)
FROM "core"."customer_months"
WHERE
  (
    "customer_id"
  ) IN (
    SELECT
      "customer_id"
    FROM "changed_keys"
  );

SELECT
  "wrong_rows"."customer_id",
  "wrong_rows"."month_start",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "customer_id",
    "month_start",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "customer_id",
      "month_start"
    FROM "core"."customer_months"
  ) AS "s1"
  GROUP BY
    "customer_id",
    "month_start"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL OR "month_start" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.customer_months' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_orders staging.customers staging.order_items staging.orders staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"customer_id", "month_start"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.customer_months' AS "table_name",
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
