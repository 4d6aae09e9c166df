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
      'core.fct_orders',
      'core.dim_customers',
      'staging.customers',
      'core.dim_customers',
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
    "table_name" = 'core.fct_orders'
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
) AS "s1"
LIMIT 0;

CREATE TABLE IF NOT EXISTS "core"."fct_orders" (
  "order_id" INT,
  "customer_id" INT,
  "date_key" DATE,
  "order_date" TIMESTAMP,
  "status" VARCHAR(65000),
  "payment_method" VARCHAR(65000),
  "is_counted" BOOLEAN,
  "shipping_cost" NUMERIC(12, 2),
  "total_amount" NUMERIC(12, 2),
  "items_amount" NUMERIC(18, 2),
  "total_items" INT
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
  FROM "core"."fct_orders"
  WHERE
    NOT "order_id" IS NULL
) AS "s1";

DELETE FROM "core"."fct_orders";

INSERT INTO "core"."fct_orders" ("order_id", "customer_id", "date_key", "order_date", "status", "payment_method", "is_counted", "shipping_cost", "total_amount", "items_amount", "total_items")
WITH "orders" AS (
  SELECT
    "stg_orders"."order_id",
    "stg_orders"."customer_id",
    "stg_orders"."order_date",
    "stg_orders"."status",
    "stg_orders"."payment_method",
    "stg_orders"."shipping_address",
    "stg_orders"."shipping_cost",
    "stg_orders"."total_amount",
    "stg_orders"."created_at",
    "stg_orders"."updated_at"
  FROM "staging"."stg_orders"
  WHERE
    "order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
), "customers" AS (
  SELECT
    "customer_id"
  FROM "core"."dim_customers"
  WHERE
    "customer_id" IN (
      SELECT
        "customer_id"
      FROM "orders"
    )
), "lines" AS (
  SELECT
    "i"."order_id",
    SUM("i"."item_total") AS "items_amount",
    SUM("i"."quantity") AS "total_items"
  FROM "staging"."stg_order_items" AS "i"
  WHERE
    "i"."order_id" IN (
      SELECT
        "order_id"
      FROM "changed_keys"
    )
  GROUP BY
    "i"."order_id"
)
SELECT
  "o"."order_id",
  COALESCE("c"."customer_id", -1) AS "customer_id",
  COALESCE("d"."date_key", CAST("o"."order_date" AS DATE)) AS "date_key",
  "o"."order_date",
  "o"."status",
  "o"."payment_method",
  INSTR(',' || "s"."counted" || ',', ',' || "o"."status" || ',') > 0 AS "is_counted",
  "o"."shipping_cost",
  "o"."total_amount",
  CAST(COALESCE("l"."items_amount", 0) AS NUMERIC(18, 2)) AS "items_amount",
  CAST(COALESCE("l"."total_items", 0) AS INT) AS "total_items"
FROM "orders" AS "o"
CROSS JOIN "core"."settings" AS "s"
LEFT JOIN "customers" AS "c"
  ON "c"."customer_id" = "o"."customer_id"
LEFT JOIN "core"."dim_date" AS "d"
  ON "d"."date_key" = CAST("o"."order_date" AS DATE)
LEFT JOIN "lines" AS "l"
  ON "l"."order_id" = "o"."order_id";

SELECT
  COUNT(*)
FROM "core"."fct_orders"
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
    FROM "core"."fct_orders"
  ) AS "s1"
  GROUP BY
    "order_id"
  HAVING
    COUNT(*) > 1 OR "order_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."order_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "order_id"
  FROM "core"."fct_orders"
  WHERE
    "customer_id" = -1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."customer_id",
  "wrong_rows"."orders",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "o"."customer_id",
    COUNT(*) AS "orders"
  FROM "core"."fct_orders" AS "o"
  LEFT JOIN "core"."dim_customers" AS "c"
    ON "c"."customer_id" = "o"."customer_id"
  WHERE
    "c"."customer_id" IS NULL
  GROUP BY
    "o"."customer_id"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."order_id",
  "wrong_rows"."date_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "o"."order_id",
    "o"."date_key"
  FROM "core"."fct_orders" AS "o"
  LEFT JOIN "core"."dim_date" AS "d"
    ON "d"."date_key" = "o"."date_key"
  WHERE
    "d"."date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."order_id",
  "wrong_rows"."total_amount",
  "wrong_rows"."items_amount",
  "wrong_rows"."shipping_cost",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "order_id",
    "total_amount",
    "items_amount",
    "shipping_cost"
  FROM "core"."fct_orders"
  WHERE
    ABS("total_amount" - "items_amount" - "shipping_cost") > 0.01
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."order_id",
  "wrong_rows"."earlier_order",
  "wrong_rows"."customer_id",
  "wrong_rows"."order_date",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "written" AS (
    SELECT
      "customer_id",
      "date_key",
      "order_id"
    FROM "core"."fct_orders"
    WHERE
      "customer_id" <> -1
  ), "days" AS (
    SELECT
      "date_key"
    FROM "written"
    UNION
    SELECT
      CAST("date_key" - INTERVAL '1 day' AS DATE)
    FROM "written"
    UNION
    SELECT
      CAST("date_key" + INTERVAL '1 day' AS DATE)
    FROM "written"
  ), "ordered" AS (
    SELECT
      "order_id",
      "customer_id",
      "order_date",
      LAG("order_id") OVER (
        PARTITION BY "customer_id"
        ORDER BY "order_date" NULLS LAST, "order_id" NULLS LAST
      ) AS "earlier_order",
      LAG("order_date") OVER (
        PARTITION BY "customer_id"
        ORDER BY "order_date" NULLS LAST, "order_id" NULLS LAST
      ) AS "earlier_date"
    FROM "core"."fct_orders"
    WHERE
      "date_key" IN (
        SELECT
          "date_key"
        FROM "days"
      )
      AND "customer_id" IN (
        SELECT
          "customer_id"
        FROM "written"
      )
  )
  SELECT
    "order_id",
    "earlier_order",
    "customer_id",
    "order_date"
  FROM "ordered"
  WHERE
    "order_date" <= "earlier_date" + INTERVAL '15 minutes'
    AND (
      "order_id" IN (
        SELECT
          "order_id"
        FROM "written"
      )
      OR "earlier_order" IN (
        SELECT
          "order_id"
        FROM "written"
      )
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.fct_orders' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers staging.customers staging.order_items staging.orders staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"order_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.fct_orders' AS "table_name",
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
