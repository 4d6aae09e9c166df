CREATE TABLE IF NOT EXISTS "vault"."l_user_message" (
  "lk_user_message" UUID NOT NULL,
  "hk_user_id" UUID NOT NULL,
  "hk_message_id" UUID NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

CREATE LOCAL TEMPORARY TABLE "applied_before" ON COMMIT PRESERVE ROWS AS
SELECT
  "table_name",
  "stage",
  "batch_id",
  "load_ts",
  "inserted",
  "note"
FROM "registry"."applied"
WHERE
  "table_name" IN ('vault.l_user_message', 'stage.dialogs', 'vault.h_users', 'vault.h_dialogs');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.l_user_message' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.dialogs')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.l_user_message'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.l_user_message';

SELECT
  COUNT(*)
FROM "stage"."dialogs_quarantine"
WHERE
  "table_name" = 'vault.l_user_message' AND "reason" LIKE 'orphan:%';

SELECT DISTINCT
  "parents"."table_name"
FROM "pending" AS "p"
CROSS JOIN (
  SELECT
    'vault.h_users' AS "table_name"
  UNION ALL
  SELECT
    'vault.h_dialogs' AS "table_name"
) AS "parents"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = "parents"."table_name"
  AND "a"."stage" = "p"."stage"
  AND "a"."batch_id" = "p"."batch_id"
WHERE
  "a"."batch_id" IS NULL;

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_user_message" AS "lk_user_message",
    "s"."hk_user_id" AS "hk_user_id",
    "s"."hk_message_id" AS "hk_message_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."dialogs" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'dialogs' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "lk_user_message"
  FROM "vault"."l_user_message"
  WHERE
    "lk_user_message" IN (
      SELECT
        "lk_user_message"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_user_message",
    "incoming"."hk_user_id",
    "incoming"."hk_message_id",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."hk_user_id" IS NULL
      THEN 'null_key:hk_user_id'
      WHEN "incoming"."hk_message_id" IS NULL
      THEN 'null_key:hk_message_id'
      WHEN NOT "incoming"."hk_user_id" IS NULL AND "parent_0"."hk_user_id" IS NULL
      THEN 'orphan:hk_user_id'
    END AS "_reason"
  FROM "incoming"
  LEFT JOIN "vault"."h_users" AS "parent_0"
    ON "parent_0"."hk_user_id" = "incoming"."hk_user_id"
), "repeated" AS (
  SELECT
    "lk_user_message"
  FROM "incoming"
  WHERE
    FALSE
  GROUP BY
    "lk_user_message"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_user_message",
    "judged"."hk_user_id",
    "judged"."hk_message_id",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    NOT "_reason" IS NULL
  UNION ALL
  SELECT
    "judged"."lk_user_message",
    "judged"."hk_user_id",
    "judged"."hk_message_id",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_user_message" IN (
      SELECT
        "lk_user_message"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_user_message"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."lk_user_message",
    "doubtful"."hk_user_id",
    "doubtful"."hk_message_id",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    1 AS "_place",
    CAST(NULL AS VARCHAR(1)) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "lk_user_message" IS NULL
    OR NOT "lk_user_message" IN (
      SELECT
        "lk_user_message"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."lk_user_message",
    "doubtful"."hk_user_id",
    "doubtful"."hk_message_id",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_user_message"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "lk_user_message"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "lk_user_message" IN (
      SELECT
        "lk_user_message"
      FROM "repeated"
    )
)
SELECT
  "ranked"."lk_user_message",
  "ranked"."hk_user_id",
  "ranked"."hk_message_id",
  "ranked"."load_ts",
  "ranked"."record_source",
  "ranked"."batch_id",
  "ranked"."row_no",
  "ranked"."_rank",
  "ranked"."_reason",
  "ranked"."_place",
  "ranked"."_batch_before",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN "_batch_before" = "batch_id"
    THEN 'duplicate'
    WHEN "_place" > 1
    OR "lk_user_message" IN (
      SELECT
        "lk_user_message"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."l_user_message" ("lk_user_message", "hk_user_id", "hk_message_id", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_user_message" AS "lk_user_message",
    "s"."hk_user_id" AS "hk_user_id",
    "s"."hk_message_id" AS "hk_message_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."dialogs" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'dialogs' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."lk_user_message",
  "i"."hk_user_id",
  "i"."hk_message_id",
  "i"."load_ts",
  "i"."record_source",
  "i"."batch_id"
FROM "incoming" AS "i"
LEFT JOIN "decided" AS "d"
  ON "d"."batch_id" = "i"."batch_id"
  AND "d"."row_no" = "i"."row_no"
  AND "d"."_rank" = "i"."_rank"
WHERE
  "d"."_outcome" IS NULL OR "d"."_outcome" = 'inserted';

INSERT INTO "stage"."dialogs_quarantine" ("batch_id", "table_name", "row_no", "raw", "reason", "column_name", "detail")
SELECT
  "d"."batch_id",
  'vault.l_user_message' AS "table_name",
  "d"."row_no",
  (
    '{' || '"message_id":' || CASE
      WHEN "s"."message_id" IS NULL
      THEN 'null'
      ELSE CAST("s"."message_id" AS VARCHAR(20))
    END || ',"message_ts":' || CASE
      WHEN "s"."message_ts" IS NULL
      THEN 'null'
      ELSE '"' || REPLACE(
        REPLACE(
          REPLACE(
            REPLACE(
              REPLACE(
                REPLACE(REPLACE(CAST("s"."message_ts" AS VARCHAR(30)), '\', '\\'), '"', '\"'),
                CHR(8),
                '\b'
              ),
              CHR(9),
              '\t'
            ),
            CHR(10),
            '\n'
          ),
          CHR(12),
          '\f'
        ),
        CHR(13),
        '\r'
      ) || '"'
    END || ',"message_from":' || CASE
      WHEN "s"."message_from" IS NULL
      THEN 'null'
      ELSE CAST("s"."message_from" AS VARCHAR(20))
    END || ',"message_to":' || CASE
      WHEN "s"."message_to" IS NULL
      THEN 'null'
      ELSE CAST("s"."message_to" AS VARCHAR(20))
    END || ',"message":' || CASE
      WHEN "s"."message" IS NULL
      THEN 'null'
      ELSE '"' || REPLACE(
        REPLACE(
          REPLACE(
            REPLACE(
              REPLACE(REPLACE(REPLACE("s"."message", '\', '\\'), '"', '\"'), CHR(8), '\b'),
              CHR(9),
              '\t'
            ),
            CHR(10),
            '\n'
          ),
          CHR(12),
          '\f'
        ),
        CHR(13),
        '\r'
      ) || '"'
    END || ',"message_group":' || CASE
      WHEN "s"."message_group" IS NULL
      THEN 'null'
      ELSE CAST("s"."message_group" AS VARCHAR(20))
    END || '}'
  ) AS "raw",
  "d"."_reason" AS "reason",
  NULLIF(SPLIT_PART("d"."_reason", ':', 2), '') AS "column_name",
  CASE "d"."_rank"
    WHEN 0
    THEN CASE "d"."_reason"
      WHEN 'null_key:hk_user_id'
      THEN 'no key: ' || 'message_from ' || COALESCE(CAST("s"."message_from" AS VARCHAR(20)), 'NULL')
      WHEN 'orphan:hk_user_id'
      THEN 'not in h_users: ' || 'message_from ' || COALESCE(CAST("s"."message_from" AS VARCHAR(20)), 'NULL')
      WHEN 'null_key:hk_message_id'
      THEN 'no key: ' || 'message_id ' || COALESCE(CAST("s"."message_id" AS VARCHAR(20)), 'NULL')
      WHEN 'orphan:hk_message_id'
      THEN 'not in h_dialogs: ' || 'message_id ' || COALESCE(CAST("s"."message_id" AS VARCHAR(20)), 'NULL')
      WHEN 'conflict'
      THEN 'rows of one key contradict each other in the batch'
    END
  END AS "detail"
FROM "decided" AS "d"
INNER JOIN "stage"."dialogs" AS "s"
  ON "s"."batch_id" = "d"."batch_id" AND "s"."row_no" = "d"."row_no"
WHERE
  "d"."_outcome" = 'quarantined'
  AND "d"."_rank" IN (0)
  AND NOT EXISTS(
    SELECT
      1
    FROM "stage"."dialogs_quarantine" AS "q"
    WHERE
      "q"."table_name" = 'vault.l_user_message'
      AND "q"."batch_id" = "d"."batch_id"
      AND "q"."row_no" = "d"."row_no"
  );

CREATE LOCAL TEMPORARY TABLE "outcomes" ON COMMIT PRESERVE ROWS AS
WITH "counted" AS (
  SELECT
    "batch_id",
    COUNT(CASE WHEN "_outcome" = 'unchanged' THEN 1 END) AS "unchanged",
    COUNT(CASE WHEN "_outcome" = 'duplicate' THEN 1 END) AS "duplicate",
    COUNT(CASE WHEN "_outcome" = 'quarantined' THEN 1 END) AS "quarantined"
  FROM "decided"
  GROUP BY
    "batch_id"
), "written" AS (
  SELECT
    "batch_id",
    COUNT(*) AS "inserted"
  FROM "vault"."l_user_message"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "batch_id"
)
SELECT
  "p"."stage",
  "p"."batch_id",
  "p"."load_ts",
  COALESCE("w"."inserted", 0) + COALESCE("c"."unchanged" + "c"."duplicate" + "c"."quarantined", 0) AS "rows_in",
  COALESCE("w"."inserted", 0) AS "inserted",
  COALESCE("c"."unchanged", 0) AS "unchanged",
  COALESCE("c"."duplicate", 0) AS "duplicate",
  COALESCE("c"."quarantined", 0) AS "quarantined"
FROM "pending" AS "p"
LEFT JOIN "counted" AS "c"
  ON "c"."batch_id" = "p"."batch_id"
LEFT JOIN "written" AS "w"
  ON "w"."batch_id" = "p"."batch_id"
WHERE
  NOT "p"."again";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "run_id", "applied_at")
SELECT
  'vault.l_user_message' AS "table_name",
  "outcomes"."stage",
  "outcomes"."batch_id",
  "outcomes"."load_ts",
  "outcomes"."rows_in",
  "outcomes"."inserted",
  "outcomes"."unchanged",
  "outcomes"."duplicate",
  "outcomes"."quarantined",
  'run' AS "run_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at"
FROM "outcomes";

SELECT
  "wrong_rows"."lk_user_message",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_user_message",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."l_user_message"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_user_message"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."parent",
  "wrong_rows"."missing_key",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "s1"."parent",
    "s1"."missing_key",
    "s1"."batch_id"
  FROM (
    SELECT
      CAST(NULL AS INT) AS "parent",
      CAST(NULL AS INT) AS "missing_key",
      CAST(NULL AS INT) AS "batch_id"
    WHERE
      FALSE
  ) AS "s1"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_user_message",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "l"."lk_user_message",
    "l"."batch_id"
  FROM (
    SELECT
      "s1"."lk_user_message",
      "s1"."hk_user_id",
      "s1"."hk_message_id",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "l_user_message"."lk_user_message",
        "l_user_message"."hk_user_id",
        "l_user_message"."hk_message_id",
        "l_user_message"."load_ts",
        "l_user_message"."record_source",
        "l_user_message"."batch_id"
      FROM "vault"."l_user_message"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "l"
  INNER JOIN "vault"."h_users" AS "hub_0"
    ON "hub_0"."hk_user_id" = "l"."hk_user_id"
  INNER JOIN "vault"."h_dialogs" AS "hub_1"
    ON "hub_1"."hk_message_id" = "l"."hk_message_id"
  WHERE
    "l"."batch_id" <> 'ghost'
    AND NOT ("l"."lk_user_message" <=> CAST(MD5(
      (
        COALESCE(COALESCE(CAST("hub_0"."user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(CAST("hub_1"."message_id" AS VARCHAR(20)), '~N'), '') || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."l_user_message" ("lk_user_message", "hk_user_id", "hk_message_id", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_user_message",
  "hash_key" AS "hk_user_id",
  "hash_key" AS "hk_message_id",
  CAST('1900-01-01 00:00:00' AS TIMESTAMP) AS "load_ts",
  'SYSTEM' AS "record_source",
  'ghost' AS "batch_id"
FROM (
  SELECT
    CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS "hash_key"
  UNION ALL
  SELECT
    CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS "hash_key"
) AS "ghosts";
