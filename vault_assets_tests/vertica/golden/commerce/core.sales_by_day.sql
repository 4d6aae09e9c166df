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
      'core.sales_by_day',
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
    "table_name" = 'core.sales_by_day'
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

CREATE LOCAL TEMPORARY TABLE "changed_partitions" (
  "partition_value" DATE
) ON COMMIT PRESERVE ROWS;

CREATE TABLE IF NOT EXISTS "core"."sales_by_day" (
  "date_key" DATE,
  "gross_orders" INT,
  "orders_count" INT,
  "completed_orders" INT,
  "cancelled_orders" INT,
  "customers_count" INT,
  "unknown_customer_orders" INT,
  "gross_sales_amount" NUMERIC(18, 2),
  "total_sales_amount" NUMERIC(18, 2),
  "total_shipping_cost" NUMERIC(18, 2),
  "total_items_sold" INT,
  "items_revenue" NUMERIC(18, 2),
  "electronics_items" INT,
  "clothing_items" INT,
  "footwear_items" INT,
  "accessories_items" INT,
  "electronics_revenue" NUMERIC(18, 2),
  "clothing_revenue" NUMERIC(18, 2),
  "footwear_revenue" NUMERIC(18, 2),
  "accessories_revenue" NUMERIC(18, 2)
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
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
    "date_key"
  FROM "core"."sales_by_day"
) AS "s1"
WHERE
  "partition_value" >= CAST('1970-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "core"."sales_by_day";

INSERT INTO "core"."sales_by_day" ("date_key", "gross_orders", "orders_count", "completed_orders", "cancelled_orders", "customers_count", "unknown_customer_orders", "gross_sales_amount", "total_sales_amount", "total_shipping_cost", "total_items_sold", "items_revenue", "electronics_items", "clothing_items", "footwear_items", "accessories_items", "electronics_revenue", "clothing_revenue", "footwear_revenue", "accessories_revenue")
WITH "orders" AS (
  SELECT
    CAST("o"."date_key" AS DATE) AS "date_key",
    COUNT(*) AS "gross_orders",
    COUNT(CASE WHEN "o"."is_counted" THEN 1 END) AS "orders_count",
    COUNT(CASE WHEN "o"."status" = 'completed' THEN 1 END) AS "completed_orders",
    COUNT(CASE WHEN "o"."status" = 'cancelled' THEN 1 END) AS "cancelled_orders",
    COUNT(DISTINCT CASE WHEN "o"."is_counted" THEN "o"."customer_id" END) AS "customers_count",
    COUNT(CASE WHEN "o"."is_counted" AND "o"."customer_id" = -1 THEN 1 END) AS "unknown_customer_orders",
    CAST(SUM("o"."total_amount") AS NUMERIC(18, 2)) AS "gross_sales_amount",
    CAST(COALESCE(SUM(CASE WHEN "o"."is_counted" THEN "o"."total_amount" END), 0) AS NUMERIC(18, 2)) AS "total_sales_amount",
    CAST(COALESCE(SUM(CASE WHEN "o"."is_counted" THEN "o"."shipping_cost" END), 0) AS NUMERIC(18, 2)) AS "total_shipping_cost"
  FROM "core"."fct_orders" AS "o"
  WHERE
    CAST("o"."date_key" AS DATE) IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
  GROUP BY
    CAST("o"."date_key" AS DATE)
), "items" AS (
  SELECT
    CAST("i"."date_key" AS DATE) AS "date_key",
    SUM("i"."quantity") AS "items",
    SUM("i"."item_total") AS "revenue",
    SUM(CASE WHEN "i"."category" = 'Electronics' THEN "i"."quantity" END) AS "electronics_items",
    SUM(CASE WHEN "i"."category" = 'Clothing' THEN "i"."quantity" END) AS "clothing_items",
    SUM(CASE WHEN "i"."category" = 'Footwear' THEN "i"."quantity" END) AS "footwear_items",
    SUM(CASE WHEN "i"."category" = 'Accessories' THEN "i"."quantity" END) AS "accessories_items",
    SUM(CASE WHEN "i"."category" = 'Electronics' THEN "i"."item_total" END) AS "electronics_revenue",
    SUM(CASE WHEN "i"."category" = 'Clothing' THEN "i"."item_total" END) AS "clothing_revenue",
    SUM(CASE WHEN "i"."category" = 'Footwear' THEN "i"."item_total" END) AS "footwear_revenue",
    SUM(CASE WHEN "i"."category" = 'Accessories' THEN "i"."item_total" END) AS "accessories_revenue"
  FROM "core"."fct_order_items" AS "i"
  WHERE
    "i"."is_counted"
    AND CAST("i"."date_key" AS DATE) IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
  GROUP BY
    CAST("i"."date_key" AS DATE)
)
SELECT
  "o"."date_key",
  "o"."gross_orders",
  "o"."orders_count",
  "o"."completed_orders",
  "o"."cancelled_orders",
  "o"."customers_count",
  "o"."unknown_customer_orders",
  "o"."gross_sales_amount",
  "o"."total_sales_amount",
  "o"."total_shipping_cost",
  CAST(COALESCE("i"."items", 0) AS INT) AS "total_items_sold",
  CAST(COALESCE("i"."revenue", 0) AS NUMERIC(18, 2)) AS "items_revenue",
  CAST(COALESCE("i"."electronics_items", 0) AS INT) AS "electronics_items",
  CAST(COALESCE("i"."clothing_items", 0) AS INT) AS "clothing_items",
  CAST(COALESCE("i"."footwear_items", 0) AS INT) AS "footwear_items",
  CAST(COALESCE("i"."accessories_items", 0) AS INT) AS "accessories_items",
  CAST(COALESCE("i"."electronics_revenue", 0) AS NUMERIC(18, 2)) AS "electronics_revenue",
  CAST(COALESCE("i"."clothing_revenue", 0) AS NUMERIC(18, 2)) AS "clothing_revenue",
  CAST(COALESCE("i"."footwear_revenue", 0) AS NUMERIC(18, 2)) AS "footwear_revenue",
  CAST(COALESCE("i"."accessories_revenue", 0) AS NUMERIC(18, 2)) AS "accessories_revenue"
FROM "orders" AS "o"
LEFT JOIN "items" AS "i"
  ON "i"."date_key" = "o"."date_key";

SELECT
  COUNT(*)
FROM "core"."sales_by_day"
WHERE
  "date_key" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

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
    FROM "core"."sales_by_day"
  ) AS "s1"
  GROUP BY
    "date_key"
  HAVING
    COUNT(*) > 1 OR "date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."date_key",
  "wrong_rows"."gross_orders",
  "wrong_rows"."amount",
  "wrong_rows"."items",
  "wrong_rows"."revenue",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "orders" AS (
    SELECT
      CAST("date_key" AS DATE) AS "date_key",
      COUNT(*) AS "gross_orders",
      COALESCE(SUM(CASE WHEN "is_counted" THEN "total_amount" END), 0) AS "amount"
    FROM "core"."fct_orders"
    WHERE
      CAST("date_key" AS DATE) IN (
        SELECT
          "partition_value"
        FROM "changed_partitions"
      )
    GROUP BY
      CAST("date_key" AS DATE)
  ), "items" AS (
    SELECT
      CAST("date_key" AS DATE) AS "date_key",
      SUM("quantity") AS "items",
      SUM("item_total") AS "revenue"
    FROM "core"."fct_order_items"
    WHERE
      "is_counted"
      AND CAST("date_key" AS DATE) IN (
        SELECT
          "partition_value"
        FROM "changed_partitions"
      )
    GROUP BY
      CAST("date_key" AS DATE)
  ), "sums" AS (
    SELECT
      "o"."date_key",
      "o"."gross_orders",
      "o"."amount",
      COALESCE("i"."items", 0) AS "items",
      COALESCE("i"."revenue", 0) AS "revenue"
    FROM "orders" AS "o"
    LEFT JOIN "items" AS "i"
      ON "i"."date_key" = "o"."date_key"
  )
  SELECT
    COALESCE("d"."date_key", "s"."date_key") AS "date_key",
    "s"."gross_orders",
    "s"."amount",
    "s"."items",
    "s"."revenue"
  FROM "sums" AS "s"
  FULL JOIN (
    SELECT
      "sales_by_day"."date_key",
      "sales_by_day"."gross_orders",
      "sales_by_day"."orders_count",
      "sales_by_day"."completed_orders",
      "sales_by_day"."cancelled_orders",
      "sales_by_day"."customers_count",
      "sales_by_day"."unknown_customer_orders",
      "sales_by_day"."gross_sales_amount",
      "sales_by_day"."total_sales_amount",
      "sales_by_day"."total_shipping_cost",
      "sales_by_day"."total_items_sold",
      "sales_by_day"."items_revenue",
      "sales_by_day"."electronics_items",
      "sales_by_day"."clothing_items",
      "sales_by_day"."footwear_items",
      "sales_by_day"."accessories_items",
      "sales_by_day"."electronics_revenue",
      "sales_by_day"."clothing_revenue",
      "sales_by_day"."footwear_revenue",
      "sales_by_day"."accessories_revenue"
    FROM "core"."sales_by_day"
    WHERE
      "date_key" IN (
        SELECT
          "partition_value"
        FROM "changed_partitions"
      )
  ) AS "d"
    ON "d"."date_key" = "s"."date_key"
  WHERE
    (
      NOT ("d"."gross_orders" <=> "s"."gross_orders")
      OR NOT ("d"."total_sales_amount" <=> "s"."amount")
      OR NOT ("d"."total_items_sold" <=> "s"."items")
      OR NOT ("d"."items_revenue" <=> "s"."revenue")
    )
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."orders",
  "wrong_rows"."amount",
  "wrong_rows"."orders_of_days",
  "wrong_rows"."amount_of_days",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "days" AS (
    SELECT
      SUM("gross_orders") AS "orders",
      SUM("gross_sales_amount") AS "amount"
    FROM "core"."sales_by_day"
  ), "facts" AS (
    SELECT
      COUNT(*) AS "orders",
      SUM("total_amount") AS "amount"
    FROM "core"."fct_orders"
  )
  SELECT
    "f"."orders",
    "f"."amount",
    "d"."orders" AS "orders_of_days",
    "d"."amount" AS "amount_of_days"
  FROM "facts" AS "f"
  CROSS JOIN "days" AS "d"
  WHERE
    "f"."orders" > 0
    AND (
      NOT ("f"."orders" <=> "d"."orders") OR NOT ("f"."amount" <=> "d"."amount")
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.sales_by_day' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'core.dim_customers core.fct_order_items core.fct_orders staging.customers staging.order_items staging.orders staging.products staging.stg_customers staging.stg_order_items staging.stg_orders' AS "inputs",
  '"date_key"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'core.sales_by_day' AS "table_name",
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
  "partition_value"
FROM "changed_partitions"
ORDER BY
  CASE WHEN "partition_value" IS NULL THEN 1 ELSE 0 END,
  "partition_value";

SELECT
  "date_key",
  COUNT(*)
FROM "core"."sales_by_day"
GROUP BY
  "date_key"
ORDER BY
  CASE WHEN "date_key" IS NULL THEN 1 ELSE 0 END,
  "date_key" DESC;

DROP TABLE IF EXISTS "changed_partitions";
