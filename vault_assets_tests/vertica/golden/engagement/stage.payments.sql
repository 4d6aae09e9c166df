CREATE TABLE IF NOT EXISTS "stage"."payments_quarantine" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "table_name" VARCHAR(65000) NOT NULL,
  "row_no" INT NOT NULL,
  "raw" VARCHAR(65000),
  "reason" VARCHAR(65000) NOT NULL,
  "column_name" VARCHAR(65000),
  "detail" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "stage"."payments" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "row_no" INT NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "amount_due" NUMERIC(38, 18),
  "attempt_count" INT,
  "attempted" BOOLEAN,
  "charge_id" VARCHAR(65000),
  "closed" BOOLEAN,
  "currency" VARCHAR(65000),
  "user_id" VARCHAR(65000),
  "date" TIMESTAMP,
  "description" VARCHAR(65000),
  "discount_id" VARCHAR(65000),
  "ending_balance" NUMERIC(38, 18),
  "forgiven" BOOLEAN,
  "id" VARCHAR(65000),
  "line_ids" VARCHAR(65000),
  "paid" BOOLEAN,
  "receipt_number" VARCHAR(65000),
  "received_at" TIMESTAMP,
  "starting_balance" NUMERIC(38, 18),
  "subscription_id" VARCHAR(65000),
  "subtotal" NUMERIC(38, 18),
  "tax" NUMERIC(38, 18),
  "tax_percent" FLOAT,
  "total" NUMERIC(38, 18),
  "webhooks_delivered_at" VARCHAR(65000),
  "etl_date" DATE
);

SELECT
  "b"."batch_id",
  "b"."source",
  "b"."kind",
  "b"."object_key",
  "b"."etag",
  "b"."size",
  "b"."modified",
  "b"."load_ts",
  "b"."duplicate_of"
FROM "registry"."batches" AS "b"
WHERE
  "b"."source" = 'payments'
  AND (
    FALSE
    OR (
      NOT EXISTS(
        SELECT
          1
        FROM "registry"."applied" AS "a"
        WHERE
          "a"."table_name" = 'stage.payments' AND "a"."batch_id" = "b"."batch_id"
      )
      AND NOT EXISTS(
        SELECT
          1
        FROM "registry"."failures" AS "f"
        WHERE
          "f"."batch_id" = "b"."batch_id" AND "f"."status" IN ('rejected', 'missing')
      )
    )
  )
ORDER BY
  CASE WHEN "b"."load_ts" IS NULL THEN 1 ELSE 0 END,
  "b"."load_ts";

SELECT
  "batch_id",
  "object_key" AS "key",
  "etag",
  "size",
  "modified"
FROM "registry"."objects"
WHERE
  "batch_id" IN ('payments-20300101-000001-000000')
ORDER BY
  CASE WHEN "batch_id" IS NULL THEN 1 ELSE 0 END,
  "batch_id",
  CASE WHEN "position" IS NULL THEN 1 ELSE 0 END,
  "position";

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.payments'
  AND "batch_id" = 'payments-20300101-000001-000000';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.payments' AS "table_name",
  'payments' AS "stage",
  'payments-20300101-000001-000000' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  22 AS "rows_in",
  20 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  2 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"columns": ["amount_due", "attempt_count", "attempted", "charge_id", "closed", "currency", "user_id", "date", "description", "discount_id", "ending_balance", "forgiven", "id", "line_ids", "paid", "receipt_number", "received_at", "starting_balance", "subscription_id", "subtotal", "tax", "tax_percent", "total", "webhooks_delivered_at"], "from_key": {"etl_date": "2022-03-01"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."payments"
    WHERE
      "batch_id" IN ('payments-20300101-000001-000000')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."payments_quarantine"
    WHERE
      "batch_id" IN ('payments-20300101-000001-000000')
      AND "table_name" = 'stage.payments'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'stage.payments'
    AND "a"."batch_id" IN ('payments-20300101-000001-000000')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."reason",
  "wrong_rows"."detail",
  "wrong_rows"."raw",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "row_no",
    "reason",
    "detail",
    "raw"
  FROM "stage"."payments_quarantine"
  WHERE
    "table_name" = 'stage.payments'
    AND "batch_id" IN ('payments-20300101-000001-000000')
) AS "wrong_rows"
ORDER BY
  CASE WHEN "batch_id" IS NULL THEN 1 ELSE 0 END,
  "batch_id",
  CASE WHEN "row_no" IS NULL THEN 1 ELSE 0 END,
  "row_no"
LIMIT 10;

SELECT
  "files"."batch_id",
  "files"."object_key",
  "files"."position"
FROM (
  SELECT
    "batch_id",
    "object_key",
    CAST(NULL AS INT) AS "position"
  FROM "registry"."batches"
  UNION ALL
  SELECT
    "batch_id",
    "object_key",
    "position"
  FROM "registry"."objects"
) AS "files"
WHERE
  "batch_id" IN ('payments-20300101-000001-000000', 'payments-20300101-000001-000000');

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."status",
  "wrong_rows"."reason",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "status",
    "reason"
  FROM "registry"."failures"
  WHERE
    "batch_id" IN ('payments-20300101-000001-000000')
    AND "status" IN ('rejected', 'missing')
  UNION ALL
  SELECT
    "batch_id",
    'header' AS "status",
    COALESCE(
      REPLACE(
        REPLACE(REGEXP_SUBSTR("note", '"header": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1), '\"', '"'),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"header": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) AS "reason"
  FROM "registry"."applied"
  WHERE
    "table_name" = 'stage.payments'
    AND "batch_id" IN ('payments-20300101-000001-000000')
    AND NOT COALESCE(
      REPLACE(
        REPLACE(REGEXP_SUBSTR("note", '"header": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1), '\"', '"'),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"header": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."unknown_columns",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("note", '"unknown_columns": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"unknown_columns": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) AS "unknown_columns"
  FROM "registry"."applied"
  WHERE
    "table_name" = 'stage.payments'
    AND "batch_id" IN ('payments-20300101-000001-000000')
    AND NOT COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("note", '"unknown_columns": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"unknown_columns": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) IS NULL
) AS "wrong_rows"
LIMIT 10;
