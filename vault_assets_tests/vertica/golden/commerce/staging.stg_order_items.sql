CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'staging.order_items' AS "table_name",
    'order_items' AS "stage"
  UNION ALL
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
    "table_name" IN (
      'staging.stg_order_items',
      'staging.order_items',
      'staging.order_items',
      'staging.orders',
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
    "table_name" = 'staging.stg_order_items'
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

CREATE TABLE IF NOT EXISTS "staging"."stg_order_items" (
  "order_item_id" INT,
  "order_id" INT,
  "product_id" INT,
  "quantity" INT,
  "unit_price" NUMERIC(12, 2),
  "discount_amount" NUMERIC(12, 2),
  "item_total" NUMERIC(18, 2),
  "is_clamped" BOOLEAN,
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
  FROM "staging"."stg_order_items"
  WHERE
    NOT "order_id" IS NULL
) AS "s1";

DELETE FROM "staging"."stg_order_items";

INSERT INTO "staging"."stg_order_items" ("order_item_id", "order_id", "product_id", "quantity", "unit_price", "discount_amount", "item_total", "is_clamped", "created_at", "updated_at")
WITH "rows_of_orders" AS (
  SELECT
    "s"."order_id",
    "s"."extract_date",
    MAX(COALESCE("s"."updated_at", "s"."created_at")) AS "updated_at"
  FROM "staging"."orders" AS "s"
  WHERE
    "s"."order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
  GROUP BY
    "s"."order_id",
    "s"."extract_date"
), "lines" AS (
  SELECT
    "s"."batch_id",
    "s"."load_ts",
    "s"."row_no",
    "s"."record_source",
    "s"."order_item_id",
    "s"."order_id",
    "s"."product_id",
    "s"."quantity",
    "s"."unit_price",
    "s"."discount_amount",
    "s"."created_at",
    "s"."updated_at",
    "s"."extract_date"
  FROM "staging"."order_items" AS "s"
  WHERE
    "s"."order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
), "deliveries" AS (
  SELECT
    "l"."order_id",
    "l"."batch_id",
    MAX("l"."load_ts") AS "load_ts",
    COALESCE(
      GREATEST(MAX(COALESCE("l"."updated_at", "l"."created_at")), MAX("o"."updated_at")),
      MAX(COALESCE("l"."updated_at", "l"."created_at")),
      MAX("o"."updated_at")
    ) AS "updated_at"
  FROM "lines" AS "l"
  LEFT JOIN "rows_of_orders" AS "o"
    ON "o"."order_id" = "l"."order_id" AND "o"."extract_date" = "l"."extract_date"
  GROUP BY
    "l"."order_id",
    "l"."batch_id"
), "newest" AS (
  SELECT
    "q1"."order_id",
    "q1"."batch_id"
  FROM (
    SELECT
      "order_id",
      "batch_id",
      ROW_NUMBER() OVER (
        PARTITION BY "order_id"
        ORDER BY "updated_at" DESC NULLS LAST, "load_ts" DESC NULLS LAST
      ) AS "_w1"
    FROM "deliveries"
  ) AS "q1"
  WHERE
    "q1"."_w1" = 1
)
SELECT
  "q2"."order_item_id",
  "q2"."order_id",
  "q2"."product_id",
  "q2"."quantity",
  "q2"."unit_price",
  "q2"."discount_amount",
  "q2"."item_total",
  "q2"."is_clamped",
  "q2"."created_at",
  "q2"."updated_at"
FROM (
  SELECT
    "l"."order_item_id",
    "l"."order_id",
    "l"."product_id",
    COALESCE(GREATEST("l"."quantity", 1), "l"."quantity", 1) AS "quantity",
    "l"."unit_price",
    COALESCE("l"."discount_amount", 0) AS "discount_amount",
    CAST(COALESCE(GREATEST("l"."quantity", 1), "l"."quantity", 1) * "l"."unit_price" - COALESCE("l"."discount_amount", 0) AS NUMERIC(18, 2)) AS "item_total",
    "l"."quantity" < 1 AS "is_clamped",
    "l"."created_at",
    "l"."updated_at",
    ROW_NUMBER() OVER (
      PARTITION BY "l"."order_id", "l"."order_item_id"
      ORDER BY COALESCE("l"."updated_at", "l"."created_at") DESC NULLS LAST, "l"."row_no" DESC NULLS LAST
    ) AS "_w1"
  FROM "lines" AS "l"
  INNER JOIN "newest" AS "n"
    ON "n"."order_id" = "l"."order_id" AND "n"."batch_id" = "l"."batch_id"
) AS "q2"
WHERE
  "q2"."_w1" = 1;

SELECT
  COUNT(*)
FROM "staging"."stg_order_items"
WHERE
  (
    "order_id"
  ) IN (
    SELECT
      "order_id"
    FROM "changed_keys"
  );

SELECT
  "wrong_rows"."order_item_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "order_item_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "order_item_id"
    FROM "staging"."stg_order_items"
  ) AS "s1"
  GROUP BY
    "order_item_id"
  HAVING
    COUNT(*) > 1 OR "order_item_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."order_item_id",
  "wrong_rows"."order_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "order_item_id",
    "order_id"
  FROM "staging"."stg_order_items"
  WHERE
    "is_clamped"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'staging.stg_order_items' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.order_items staging.orders' AS "inputs",
  '"order_item_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'staging.stg_order_items' AS "table_name",
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
