CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'staging.customers' AS "table_name",
    'customers' AS "stage"
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
    "table_name" IN ('staging.stg_customers', 'staging.customers', 'staging.customers')
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
    "table_name" = 'staging.stg_customers'
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

CREATE LOCAL TEMPORARY TABLE "new_batches" ON COMMIT PRESERVE ROWS AS
SELECT
  "source",
  "batch_id",
  "load_ts",
  "from_key",
  "records",
  "loaded"
FROM "mart_batches"
WHERE
  FALSE;

CREATE LOCAL TEMPORARY TABLE "changed_keys" ON COMMIT PRESERVE ROWS AS
SELECT
  "customer_id"
FROM (
  SELECT
    "s"."customer_id"
  FROM "staging"."customers" AS "s"
  INNER JOIN "new_batches" AS "b"
    ON "b"."batch_id" = "s"."batch_id"
) AS "s1"
LIMIT 0;

CREATE TABLE IF NOT EXISTS "staging"."stg_customers" (
  "customer_id" INT,
  "name" VARCHAR(65000),
  "email" VARCHAR(65000),
  "phone" VARCHAR(65000),
  "created_at" TIMESTAMP,
  "updated_at" TIMESTAMP
);

CREATE LOCAL TEMPORARY TABLE "new_batches" ON COMMIT PRESERVE ROWS AS
SELECT
  "source",
  "batch_id",
  "load_ts",
  "from_key",
  "records",
  "loaded"
FROM "mart_batches"
WHERE
  TRUE;

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
  ) AS "s2"
  UNION ALL
  SELECT
    "customer_id"
  FROM "staging"."stg_customers"
  WHERE
    NOT "customer_id" IS NULL
) AS "s1";

SELECT
  COUNT(*)
FROM "changed_keys"
WHERE
  "customer_id" IS NULL;

DELETE FROM "staging"."stg_customers";

INSERT INTO "staging"."stg_customers" ("customer_id", "name", "email", "phone", "created_at", "updated_at")
SELECT
  "q1"."customer_id",
  "q1"."name",
  "q1"."email",
  "q1"."phone",
  "q1"."created_at",
  "q1"."updated_at"
FROM (
  SELECT
    "s"."customer_id",
    "s"."name",
    "s"."email",
    COALESCE("s"."phone", 'Unknown') AS "phone",
    "s"."created_at",
    "s"."updated_at",
    ROW_NUMBER() OVER (
      PARTITION BY "s"."customer_id"
      ORDER BY COALESCE("s"."updated_at", "s"."created_at") DESC NULLS LAST, "s"."load_ts" DESC NULLS LAST, "s"."row_no" DESC NULLS LAST
    ) AS "_w1"
  FROM "staging"."customers" AS "s"
  WHERE
    "s"."customer_id" IN (
      SELECT
        "customer_id"
      FROM "changed_keys"
    )
) AS "q1"
WHERE
  "q1"."_w1" = 1;

SELECT
  COUNT(*)
FROM "staging"."stg_customers"
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
    FROM "staging"."stg_customers"
  ) AS "s1"
  GROUP BY
    "customer_id"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."email",
  "wrong_rows"."customers",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "email",
    COUNT(*) AS "customers"
  FROM "staging"."stg_customers"
  WHERE
    "email" IN (
      SELECT
        "email"
      FROM "staging"."stg_customers"
    )
  GROUP BY
    "email"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'staging.stg_customers' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.customers' AS "inputs",
  '"customer_id"' AS "unique_key";

CREATE OR REPLACE VIEW "registry"."model_freshness" AS
WITH "built" AS (
  SELECT
    "q3"."table_name",
    MAX("q3"."refreshed_at") AS "refreshed_at",
    MAX("q3"."changed_at") AS "changed_at",
    MAX(CASE WHEN "q3"."_place1" = 1 THEN "q3"."_value1" END) AS "inputs"
  FROM (
    SELECT
      "table_name" AS "table_name",
      "refreshed_at" AS "refreshed_at",
      "changed_at" AS "changed_at",
      CASE WHEN NOT "refreshed_at" IS NULL THEN "inputs" END AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY "table_name"
        ORDER BY CASE WHEN "inputs" IS NULL OR "refreshed_at" IS NULL THEN 1 ELSE 0 END NULLS LAST, "refreshed_at" DESC NULLS LAST
      ) AS "_place1"
    FROM "registry"."refreshed"
  ) AS "q3"
  GROUP BY
    "q3"."table_name"
), "changed" AS (
  SELECT
    "table_name",
    "changed_at"
  FROM "built"
  UNION ALL
  SELECT
    "table_name",
    MAX("applied_at") AS "changed_at"
  FROM "registry"."applied"
  WHERE
    NOT "table_name" IN (
      SELECT
        "table_name"
      FROM "built"
    )
  GROUP BY
    "table_name"
), "reads" AS (
  SELECT
    "q1"."table_name" AS "table_name",
    SPLIT_PART("q1"."_list", ' ', "q2"."n" + 1) AS "input"
  FROM (
    SELECT
      "inputs" AS "_list",
      "table_name"
    FROM "built"
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
    WHERE
      "d0"."d" + "d1"."d" * 10 + "d2"."d" * 100 + "d3"."d" * 1000 + "d4"."d" * 10000 + "d5"."d" * 100000 <= (
        SELECT
          MAX(OCTET_LENGTH("m"."_list"))
        FROM (
          SELECT
            "inputs" AS "_list",
            "table_name"
          FROM "built"
        ) AS "m"
      )
  ) AS "q2"
  WHERE
    "q2"."n" <= OCTET_LENGTH("q1"."_list") - OCTET_LENGTH(REPLACE("q1"."_list", ' ', ''))
)
SELECT
  "b"."table_name",
  "b"."refreshed_at",
  "b"."changed_at",
  COUNT("c"."table_name") > 0 AS "is_stale",
  LISTAGG("c"."table_name" USING PARAMETERS separator=', ', max_length=65000) WITHIN GROUP (ORDER BY
    "c"."table_name") AS "newer_inputs"
FROM "built" AS "b"
LEFT JOIN "reads" AS "r"
  ON "r"."table_name" = "b"."table_name"
LEFT JOIN "changed" AS "c"
  ON "c"."table_name" = "r"."input" AND "c"."changed_at" > "b"."refreshed_at"
GROUP BY
  "b"."table_name",
  "b"."refreshed_at",
  "b"."changed_at";

SELECT
  BOOL_OR("is_new" AND "is_consumed")
FROM "mart_batches";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'staging.stg_customers' AS "table_name",
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
  COUNT(*)
FROM "changed_keys";

DROP TABLE IF EXISTS "changed_keys";

DROP TABLE IF EXISTS "mart_batches";

DROP TABLE IF EXISTS "new_batches";

DROP TABLE IF EXISTS "written_rows";
