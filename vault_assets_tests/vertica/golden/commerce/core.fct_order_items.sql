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
      'core.fct_order_items',
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
    "table_name" = 'core.fct_order_items'
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

CREATE TABLE IF NOT EXISTS "core"."fct_order_items" (
  "order_item_id" INT,
  "order_id" INT,
  "customer_id" INT,
  "product_id" INT,
  "date_key" DATE,
  "category" VARCHAR(65000),
  "is_counted" BOOLEAN,
  "quantity" INT,
  "unit_price" NUMERIC(12, 2),
  "discount_amount" NUMERIC(12, 2),
  "item_total" NUMERIC(18, 2)
);

INSERT INTO "changed_keys" ("order_id")
SELECT DISTINCT
  "order_id"
FROM (
  SELECT
    "order_id"
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
    )
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
  ) AS "s2"
  UNION ALL
  SELECT
    "order_id"
  FROM "core"."fct_order_items"
  WHERE
    NOT "order_id" IS NULL
) AS "s1";

DELETE FROM "core"."fct_order_items";

INSERT INTO "core"."fct_order_items" ("order_item_id", "order_id", "customer_id", "product_id", "date_key", "category", "is_counted", "quantity", "unit_price", "discount_amount", "item_total")
WITH "orders" AS (
  SELECT
    "order_id",
    "customer_id",
    "date_key",
    "is_counted"
  FROM "core"."fct_orders"
  WHERE
    "order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
)
SELECT
  "i"."order_item_id",
  "i"."order_id",
  COALESCE("o"."customer_id", -1) AS "customer_id",
  COALESCE("p"."product_id", -1) AS "product_id",
  "o"."date_key",
  COALESCE("p"."category", 'Unknown') AS "category",
  COALESCE("o"."is_counted", FALSE) AS "is_counted",
  "i"."quantity",
  "i"."unit_price",
  "i"."discount_amount",
  "i"."item_total"
FROM "staging"."stg_order_items" AS "i"
LEFT JOIN "orders" AS "o"
  ON "o"."order_id" = "i"."order_id"
LEFT JOIN "staging"."stg_products" AS "p"
  ON "p"."product_id" = "i"."product_id"
WHERE
  "i"."order_id" IN (
    SELECT
      "order_id"
    FROM "changed_keys"
  );

SELECT
  COUNT(*)
FROM "core"."fct_order_items"
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
    FROM "core"."fct_order_items"
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
    "i"."order_item_id",
    "i"."order_id"
  FROM "core"."fct_order_items" AS "i"
  LEFT JOIN "core"."fct_orders" AS "o"
    ON "o"."order_id" = "i"."order_id"
  WHERE
    "i"."date_key" IS NULL AND "o"."order_id" IS NULL
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
  FROM "core"."fct_order_items"
  WHERE
    "product_id" = -1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.fct_order_items' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_orders staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"order_item_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.fct_order_items' AS "table_name",
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
