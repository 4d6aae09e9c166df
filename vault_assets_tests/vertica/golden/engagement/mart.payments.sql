CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'stage.payments' AS "table_name",
    'payments' AS "stage"
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
    "table_name" IN ('mart.payments', 'stage.payments', 'stage.payments')
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
    "table_name" = 'stage.' || "stage"
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
                'mart.sizing',
                'mart.events',
                'mart.payments',
                'mart.posts',
                'mart.recent_events',
                'mart.recent_payments',
                'mart.recent_posts',
                'mart.payments_per_user',
                'mart.posts_per_user',
                'mart.posts_per_user_platform',
                'mart.events_per_user',
                'mart.user_report',
                'mart.user_reports'
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
    "table_name" = 'mart.payments'
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

CREATE TABLE IF NOT EXISTS "mart"."payments" (
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
  "event_date" DATE,
  "etl_date" DATE,
  "user_bucket" INT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    SELECT
      CAST(COALESCE(
        REPLACE(
          REPLACE(
            REGEXP_SUBSTR("from_key", '"etl_date": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
            '\"',
            '"'
          ),
          '\\',
          '\'
        ),
        REGEXP_SUBSTR("from_key", '"etl_date": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
      ) AS TIMESTAMP) AS "touched"
    FROM "new_batches"
    WHERE
      "loaded" > 0 OR "records" = 0
  ) AS "t"("value")
  UNION ALL
  SELECT
    "etl_date"
  FROM "mart"."payments"
) AS "s1"
WHERE
  "partition_value" >= CAST('2000-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."payments";

INSERT INTO "mart"."payments" ("amount_due", "attempt_count", "attempted", "charge_id", "closed", "currency", "user_id", "date", "description", "discount_id", "ending_balance", "forgiven", "id", "line_ids", "paid", "receipt_number", "received_at", "starting_balance", "subscription_id", "subtotal", "tax", "tax_percent", "total", "webhooks_delivered_at", "event_date", "etl_date", "user_bucket")
WITH "newest" AS (
  SELECT
    CAST(COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("q1"."from_key", '"etl_date": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("q1"."from_key", '"etl_date": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) AS DATE) AS "etl_date",
    MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END) AS "batch_id"
  FROM (
    SELECT
      "from_key" AS "from_key",
      CASE WHEN NOT "load_ts" IS NULL THEN "batch_id" END AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY COALESCE(
          REPLACE(
            REPLACE(
              REGEXP_SUBSTR("from_key", '"etl_date": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
              '\"',
              '"'
            ),
            '\\',
            '\'
          ),
          REGEXP_SUBSTR("from_key", '"etl_date": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
        )
        ORDER BY CASE WHEN "batch_id" IS NULL OR "load_ts" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" DESC NULLS LAST
      ) AS "_place1"
    FROM "mart_batches"
    WHERE
      "source" = 'payments' AND (
        "loaded" > 0 OR "records" = 0
      )
  ) AS "q1"
  GROUP BY
    COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("q1"."from_key", '"etl_date": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("q1"."from_key", '"etl_date": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    )
)
SELECT
  "s"."amount_due",
  "s"."attempt_count",
  "s"."attempted",
  "s"."charge_id",
  "s"."closed",
  "s"."currency",
  "s"."user_id",
  "s"."date",
  "s"."description",
  "s"."discount_id",
  "s"."ending_balance",
  "s"."forgiven",
  "s"."id",
  "s"."line_ids",
  "s"."paid",
  "s"."receipt_number",
  "s"."received_at",
  "s"."starting_balance",
  "s"."subscription_id",
  "s"."subtotal",
  "s"."tax",
  "s"."tax_percent",
  "s"."total",
  "s"."webhooks_delivered_at",
  CAST("s"."date" AS DATE) AS "event_date",
  "s"."etl_date",
  MOD(HEX_TO_INTEGER('0x' || SUBSTR(MD5("s"."user_id"), 1, 8)), NULLIF("z"."buckets", 0)) AS "user_bucket"
FROM "stage"."payments" AS "s"
INNER JOIN "newest" AS "n"
  ON "n"."batch_id" = "s"."batch_id"
CROSS JOIN "mart"."sizing" AS "z"
WHERE
  "n"."etl_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  COUNT(*)
FROM "mart"."payments"
WHERE
  "etl_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."etl_date",
  "wrong_rows"."user_id",
  "wrong_rows"."currencies",
  "wrong_rows"."taken",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "etl_date",
    "user_id",
    COUNT(DISTINCT "currency") AS "currencies",
    MIN("currency") AS "taken"
  FROM "mart"."payments"
  GROUP BY
    "etl_date",
    "user_id"
  HAVING
    COUNT(DISTINCT "currency") > 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.payments' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.payments' AS "inputs",
  '' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.payments' AS "table_name",
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
  "etl_date",
  COUNT(*)
FROM "mart"."payments"
GROUP BY
  "etl_date"
ORDER BY
  CASE WHEN "etl_date" IS NULL THEN 1 ELSE 0 END,
  "etl_date" DESC;
