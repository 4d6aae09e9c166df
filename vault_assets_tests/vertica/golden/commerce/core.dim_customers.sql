CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'staging.customers' AS "table_name",
    'customers' AS "stage"
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
      'core.dim_customers',
      'staging.customers',
      'staging.customers',
      'staging.orders',
      'staging.orders',
      'staging.stg_customers',
      'staging.customers',
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
    "table_name" = 'core.dim_customers'
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
) AS "s1"
LIMIT 0;

CREATE TABLE IF NOT EXISTS "core"."dim_customers" (
  "customer_id" INT,
  "name" VARCHAR(65000),
  "email" VARCHAR(65000),
  "phone" VARCHAR(65000),
  "created_at" TIMESTAMP,
  "gross_orders" INT,
  "lifetime_orders" INT,
  "first_order_date" TIMESTAMP,
  "most_recent_order_date" TIMESTAMP,
  "gross_lifetime_value" NUMERIC(18, 2),
  "lifetime_value" NUMERIC(18, 2)
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
  FROM "core"."dim_customers"
  WHERE
    NOT "customer_id" IS NULL
) AS "s1";

DELETE FROM "core"."dim_customers";

INSERT INTO "core"."dim_customers" ("customer_id", "name", "email", "phone", "created_at", "gross_orders", "lifetime_orders", "first_order_date", "most_recent_order_date", "gross_lifetime_value", "lifetime_value")
WITH "orders" AS (
  SELECT
    "o"."customer_id",
    "o"."order_date",
    "o"."total_amount",
    INSTR(',' || "s"."counted" || ',', ',' || "o"."status" || ',') > 0 AS "is_counted"
  FROM "staging"."stg_orders" AS "o"
  CROSS JOIN "core"."settings" AS "s"
  WHERE
    "o"."customer_id" IN (
      SELECT
        "customer_id"
      FROM "changed_keys"
    )
), "lifetime" AS (
  SELECT
    "customer_id",
    COUNT(*) AS "gross_orders",
    COUNT(CASE WHEN "is_counted" THEN 1 END) AS "lifetime_orders",
    MIN(CASE WHEN "is_counted" THEN "order_date" END) AS "first_order_date",
    MAX(CASE WHEN "is_counted" THEN "order_date" END) AS "most_recent_order_date",
    SUM("total_amount") AS "gross_lifetime_value",
    SUM(CASE WHEN "is_counted" THEN "total_amount" END) AS "lifetime_value"
  FROM "orders"
  GROUP BY
    "customer_id"
), "customers" AS (
  SELECT
    "customer_id",
    "name",
    "email",
    "phone",
    "created_at"
  FROM "staging"."stg_customers"
  UNION ALL
  SELECT
    -1,
    'Unknown',
    'unknown',
    'Unknown',
    CAST(NULL AS TIMESTAMP)
)
SELECT
  "c"."customer_id",
  "c"."name",
  "c"."email",
  "c"."phone",
  "c"."created_at",
  COALESCE("l"."gross_orders", 0) AS "gross_orders",
  COALESCE("l"."lifetime_orders", 0) AS "lifetime_orders",
  "l"."first_order_date",
  "l"."most_recent_order_date",
  CAST(COALESCE("l"."gross_lifetime_value", 0) AS NUMERIC(18, 2)) AS "gross_lifetime_value",
  CAST(COALESCE("l"."lifetime_value", 0) AS NUMERIC(18, 2)) AS "lifetime_value"
FROM "customers" AS "c"
LEFT JOIN "lifetime" AS "l"
  ON "l"."customer_id" = "c"."customer_id"
WHERE
  "c"."customer_id" IN (
    SELECT
      "customer_id"
    FROM "changed_keys"
  );

SELECT
  COUNT(*)
FROM "core"."dim_customers"
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
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "customer_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "customer_id"
    FROM "core"."dim_customers"
  ) AS "s1"
  GROUP BY
    "customer_id"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.dim_customers' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.customers staging.orders staging.stg_customers staging.stg_orders' AS "inputs",
  '"customer_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.dim_customers' AS "table_name",
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
