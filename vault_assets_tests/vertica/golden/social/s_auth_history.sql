CREATE TABLE IF NOT EXISTS "vault"."s_auth_history" (
  "lk_user_group_activity" UUID NOT NULL,
  "user_id_from" INT,
  "event" VARCHAR(65000),
  "event_dt" TIMESTAMP,
  "load_ts" TIMESTAMP NOT NULL,
  "load_seq" INT NOT NULL,
  "hashdiff" UUID NOT NULL,
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
  "table_name" IN ('vault.s_auth_history', 'stage.group_log', 'vault.l_user_group_activity');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.s_auth_history' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.group_log')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.s_auth_history'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.s_auth_history';

SELECT
  COUNT(*)
FROM "stage"."group_log_quarantine"
WHERE
  "table_name" = 'vault.s_auth_history' AND "reason" LIKE 'orphan:%';

SELECT DISTINCT
  "parents"."table_name"
FROM "pending" AS "p"
CROSS JOIN (
  SELECT
    'vault.l_user_group_activity' AS "table_name"
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
    "s"."lk_user_group_activity" AS "lk_user_group_activity",
    "s"."hd_s_auth_history" AS "hashdiff",
    "s"."user_id_from" AS "user_id_from",
    "s"."event" AS "event",
    "s"."datetime" AS "event_dt",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."group_log" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'group_log' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "judged" AS (
  SELECT
    "incoming"."lk_user_group_activity",
    "incoming"."hashdiff",
    "incoming"."user_id_from",
    "incoming"."event",
    "incoming"."event_dt",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."lk_user_group_activity" IS NULL
      THEN 'null_key:lk_user_group_activity'
      WHEN NOT "incoming"."lk_user_group_activity" IS NULL
      AND "parent_0"."lk_user_group_activity" IS NULL
      THEN 'orphan:lk_user_group_activity'
    END AS "_reason"
  FROM "incoming"
  LEFT JOIN "vault"."l_user_group_activity" AS "parent_0"
    ON "parent_0"."lk_user_group_activity" = "incoming"."lk_user_group_activity"
), "known" AS (
  SELECT
    "lk_user_group_activity",
    "hashdiff"
  FROM "vault"."s_auth_history"
  WHERE
    "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "incoming"
    )
), "ranked" AS (
  SELECT
    "judged"."lk_user_group_activity",
    "judged"."hashdiff",
    "judged"."user_id_from",
    "judged"."event",
    "judged"."event_dt",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_user_group_activity", "hashdiff"
      ORDER BY "load_ts" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "lk_user_group_activity", "hashdiff"
      ORDER BY "load_ts" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "judged"
), "concluded" AS (
  SELECT
    "ranked"."lk_user_group_activity",
    "ranked"."hashdiff",
    "ranked"."user_id_from",
    "ranked"."event",
    "ranked"."event_dt",
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
      OR ("lk_user_group_activity", "hashdiff") IN (
        SELECT
          "lk_user_group_activity",
          "hashdiff"
        FROM "known"
      )
      THEN 'unchanged'
      ELSE 'inserted'
    END AS "_outcome"
  FROM "ranked"
)
SELECT
  "concluded"."lk_user_group_activity",
  "concluded"."hashdiff",
  "concluded"."user_id_from",
  "concluded"."event",
  "concluded"."event_dt",
  "concluded"."load_ts",
  "concluded"."record_source",
  "concluded"."batch_id",
  "concluded"."row_no",
  "concluded"."_rank",
  "concluded"."_reason",
  "concluded"."_place",
  "concluded"."_batch_before",
  "concluded"."_outcome",
  ROW_NUMBER() OVER (
    PARTITION BY "lk_user_group_activity", "load_ts", "_outcome"
    ORDER BY "row_no" NULLS LAST
  ) - 1 AS "load_seq"
FROM "concluded";

INSERT INTO "vault"."s_auth_history" ("lk_user_group_activity", "user_id_from", "event", "event_dt", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
SELECT
  "lk_user_group_activity",
  "user_id_from",
  "event",
  "event_dt",
  "load_ts",
  "load_seq",
  "hashdiff",
  "record_source",
  "batch_id"
FROM "decided"
WHERE
  "_outcome" = 'inserted';

INSERT INTO "stage"."group_log_quarantine" ("batch_id", "table_name", "row_no", "raw", "reason", "column_name", "detail")
SELECT
  "d"."batch_id",
  'vault.s_auth_history' AS "table_name",
  "d"."row_no",
  (
    '{' || '"group_id":' || CASE
      WHEN "s"."group_id" IS NULL
      THEN 'null'
      ELSE CAST("s"."group_id" AS VARCHAR(20))
    END || ',"user_id":' || CASE
      WHEN "s"."user_id" IS NULL
      THEN 'null'
      ELSE CAST("s"."user_id" AS VARCHAR(20))
    END || ',"user_id_from":' || CASE
      WHEN "s"."user_id_from" IS NULL
      THEN 'null'
      ELSE CAST("s"."user_id_from" AS VARCHAR(20))
    END || ',"event":' || CASE
      WHEN "s"."event" IS NULL
      THEN 'null'
      ELSE '"' || REPLACE(
        REPLACE(
          REPLACE(
            REPLACE(
              REPLACE(REPLACE(REPLACE("s"."event", '\', '\\'), '"', '\"'), CHR(8), '\b'),
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
    END || ',"datetime":' || CASE
      WHEN "s"."datetime" IS NULL
      THEN 'null'
      ELSE '"' || REPLACE(
        REPLACE(
          REPLACE(
            REPLACE(
              REPLACE(
                REPLACE(REPLACE(CAST("s"."datetime" AS VARCHAR(30)), '\', '\\'), '"', '\"'),
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
    END || '}'
  ) AS "raw",
  "d"."_reason" AS "reason",
  NULLIF(SPLIT_PART("d"."_reason", ':', 2), '') AS "column_name",
  CASE "d"."_rank"
    WHEN 0
    THEN CASE "d"."_reason"
      WHEN 'null_key:lk_user_group_activity'
      THEN 'its key is NULL'
      WHEN 'orphan:lk_user_group_activity'
      THEN 'its key is not in l_user_group_activity'
      WHEN 'conflict'
      THEN 'rows of one key contradict each other within the batch'
    END
  END AS "detail"
FROM "decided" AS "d"
INNER JOIN "stage"."group_log" AS "s"
  ON "s"."batch_id" = "d"."batch_id" AND "s"."row_no" = "d"."row_no"
WHERE
  "d"."_outcome" = 'quarantined'
  AND "d"."_rank" IN (0)
  AND NOT EXISTS(
    SELECT
      1
    FROM "stage"."group_log_quarantine" AS "q"
    WHERE
      "q"."table_name" = 'vault.s_auth_history'
      AND "q"."batch_id" = "d"."batch_id"
      AND "q"."row_no" = "d"."row_no"
  );

CREATE LOCAL TEMPORARY TABLE "outcomes" ON COMMIT PRESERVE ROWS AS
WITH "counted" AS (
  SELECT
    "batch_id",
    COUNT(CASE WHEN "_outcome" = 'inserted' THEN 1 END) AS "inserted",
    COUNT(CASE WHEN "_outcome" = 'unchanged' THEN 1 END) AS "unchanged",
    COUNT(CASE WHEN "_outcome" = 'duplicate' THEN 1 END) AS "duplicate",
    COUNT(CASE WHEN "_outcome" = 'quarantined' THEN 1 END) AS "quarantined"
  FROM "decided"
  GROUP BY
    "batch_id"
)
SELECT
  "p"."stage",
  "p"."batch_id",
  "p"."load_ts",
  COALESCE("c"."inserted", 0) + COALESCE("c"."unchanged" + "c"."duplicate" + "c"."quarantined", 0) AS "rows_in",
  COALESCE("c"."inserted", 0) AS "inserted",
  COALESCE("c"."unchanged", 0) AS "unchanged",
  COALESCE("c"."duplicate", 0) AS "duplicate",
  COALESCE("c"."quarantined", 0) AS "quarantined"
FROM "pending" AS "p"
LEFT JOIN "counted" AS "c"
  ON "c"."batch_id" = "p"."batch_id"
WHERE
  NOT "p"."again";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "run_id", "applied_at")
SELECT
  'vault.s_auth_history' AS "table_name",
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
  "wrong_rows"."lk_user_group_activity",
  "wrong_rows"."hashdiff",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_user_group_activity",
    "hashdiff",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."s_auth_history"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_user_group_activity",
    "hashdiff"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."group_id",
  "wrong_rows"."user_id",
  "wrong_rows"."event",
  "wrong_rows"."datetime",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "g"."batch_id",
    "g"."row_no",
    "g"."group_id",
    "g"."user_id",
    "g"."event",
    "g"."datetime"
  FROM "stage"."group_log" AS "g"
  WHERE
    "g"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND "g"."lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "vault"."l_user_group_activity"
    )
    AND "g"."batch_id" IN (
      SELECT
        "batch_id"
      FROM "registry"."applied"
      WHERE
        "table_name" = 'vault.s_auth_history'
    )
    AND NOT EXISTS(
      SELECT
        1
      FROM "vault"."s_auth_history" AS "s"
      WHERE
        "s"."lk_user_group_activity" = "g"."lk_user_group_activity"
        AND "s"."hashdiff" = "g"."hd_s_auth_history"
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."s_auth_history" ("lk_user_group_activity", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_user_group_activity",
  CAST('1900-01-01 00:00:00' AS TIMESTAMP) AS "load_ts",
  0 AS "load_seq",
  "hash_key" AS "hashdiff",
  'SYSTEM' AS "record_source",
  'ghost' AS "batch_id"
FROM (
  SELECT
    CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS "hash_key"
  UNION ALL
  SELECT
    CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS "hash_key"
) AS "ghosts";
