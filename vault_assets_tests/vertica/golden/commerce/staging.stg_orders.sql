CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'staging.orders' AS "table_name",
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
    "table_name" IN ('staging.stg_orders', 'staging.orders', 'staging.orders')
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
    "table_name" = 'staging.stg_orders'
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

CREATE LOCAL TEMPORARY TABLE "changed_keys" ON COMMIT PRESERVE ROWS AS
SELECT
  "order_id"
FROM (
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
) AS "s1"
LIMIT 0;

CREATE TABLE IF NOT EXISTS "staging"."stg_orders" (
  "order_id" INT,
  "customer_id" INT,
  "order_date" TIMESTAMP,
  "status" VARCHAR(65000),
  "payment_method" VARCHAR(65000),
  "shipping_address" VARCHAR(65000),
  "shipping_cost" NUMERIC(12, 2),
  "total_amount" NUMERIC(12, 2),
  "created_at" TIMESTAMP,
  "updated_at" TIMESTAMP
);

INSERT INTO "changed_keys" ("order_id")
SELECT DISTINCT
  "order_id"
FROM (
  SELECT
    "order_id"
  FROM (
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
  ) AS "s2"
  UNION ALL
  SELECT
    "order_id"
  FROM "staging"."stg_orders"
  WHERE
    NOT "order_id" IS NULL
) AS "s1";

SELECT
  COUNT(*)
FROM "changed_keys"
WHERE
  "order_id" IS NULL;

DELETE FROM "staging"."stg_orders";

INSERT INTO "staging"."stg_orders" ("order_id", "customer_id", "order_date", "status", "payment_method", "shipping_address", "shipping_cost", "total_amount", "created_at", "updated_at")
SELECT
  "q1"."order_id",
  "q1"."customer_id",
  "q1"."order_date",
  "q1"."status",
  "q1"."payment_method",
  "q1"."shipping_address",
  "q1"."shipping_cost",
  "q1"."total_amount",
  "q1"."created_at",
  "q1"."updated_at"
FROM (
  SELECT
    "s"."order_id",
    "s"."customer_id",
    COALESCE(
      "s"."order_date",
      "s"."created_at",
      "s"."updated_at",
      CAST("s"."extract_date" AS TIMESTAMP)
    ) AS "order_date",
    "s"."status",
    "s"."payment_method",
    "s"."shipping_address",
    COALESCE("s"."shipping_cost", 0) AS "shipping_cost",
    "s"."total_amount",
    "s"."created_at",
    "s"."updated_at",
    ROW_NUMBER() OVER (
      PARTITION BY "s"."order_id"
      ORDER BY COALESCE("s"."updated_at", "s"."created_at") DESC NULLS LAST, "s"."load_ts" DESC NULLS LAST, "s"."row_no" DESC NULLS LAST
    ) AS "_w1"
  FROM "staging"."orders" AS "s"
  WHERE
    "s"."order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
) AS "q1"
WHERE
  "q1"."_w1" = 1;

SELECT
  COUNT(*)
FROM "staging"."stg_orders"
WHERE
  (
    "order_id"
  ) IN (
    SELECT
      "order_id"
    FROM "changed_keys"
  );

SELECT
  "wrong_rows"."order_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "order_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "order_id"
    FROM "staging"."stg_orders"
  ) AS "s1"
  GROUP BY
    "order_id"
  HAVING
    COUNT(*) > 1 OR "order_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'staging.stg_orders' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.orders' AS "inputs",
  '"order_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'staging.stg_orders' AS "table_name",
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
