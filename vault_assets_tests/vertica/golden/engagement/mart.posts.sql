CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'stage.posts' AS "table_name",
    'posts' AS "stage"
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
    "table_name" IN ('mart.posts', 'stage.posts', 'stage.posts')
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
    "table_name" = 'mart.posts'
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

CREATE TABLE IF NOT EXISTS "mart"."posts" (
  "id" VARCHAR(65000),
  "active" BOOLEAN,
  "delivered" BOOLEAN,
  "media_id" VARCHAR(65000),
  "media_item_id" VARCHAR(65000),
  "posted_at" TIMESTAMP,
  "scheduled_at" TIMESTAMP,
  "social_profile_id" VARCHAR(65000),
  "user_id" VARCHAR(65000),
  "type" VARCHAR(65000),
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
  FROM "mart"."posts"
) AS "s1"
WHERE
  "partition_value" >= CAST('2000-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."posts";

INSERT INTO "mart"."posts" ("id", "active", "delivered", "media_id", "media_item_id", "posted_at", "scheduled_at", "social_profile_id", "user_id", "type", "event_date", "etl_date", "user_bucket")
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
      "source" = 'posts' AND (
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
  "s"."id",
  "s"."active",
  "s"."delivered",
  "s"."media_id",
  "s"."media_item_id",
  "s"."posted_at",
  "s"."scheduled_at",
  "s"."social_profile_id",
  "s"."user_id",
  "s"."type",
  CAST(COALESCE(
    LEAST("s"."posted_at", COALESCE("s"."scheduled_at", "s"."posted_at")),
    "s"."posted_at",
    COALESCE("s"."scheduled_at", "s"."posted_at")
  ) AS DATE) AS "event_date",
  "s"."etl_date",
  MOD(HEX_TO_INTEGER('0x' || SUBSTR(MD5("s"."user_id"), 1, 8)), NULLIF("z"."buckets", 0)) AS "user_bucket"
FROM "stage"."posts" AS "s"
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
FROM "mart"."posts"
WHERE
  "etl_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."id",
  "wrong_rows"."user_id",
  "wrong_rows"."etl_date",
  "wrong_rows"."posted_at",
  "wrong_rows"."event_date",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "id",
    "user_id",
    "etl_date",
    "posted_at",
    "event_date"
  FROM "mart"."posts"
  WHERE
    "event_date" > CAST("posted_at" AS DATE)
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.posts' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.posts' AS "inputs",
  '' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.posts' AS "table_name",
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
FROM "mart"."posts"
GROUP BY
  "etl_date"
ORDER BY
  CASE WHEN "etl_date" IS NULL THEN 1 ELSE 0 END,
  "etl_date" DESC;
