CREATE TABLE IF NOT EXISTS "vault"."l_user_group_activity" (
  "lk_user_group_activity" UUID NOT NULL,
  "hk_user_id" UUID NOT NULL,
  "hk_group_id" UUID NOT NULL,
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
  "table_name" IN (
    'vault.l_user_group_activity',
    'stage.group_log',
    'vault.h_users',
    'vault.h_groups'
  );

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.l_user_group_activity' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.l_user_group_activity'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.l_user_group_activity';

SELECT
  COUNT(*)
FROM "stage"."group_log_quarantine"
WHERE
  "table_name" = 'vault.l_user_group_activity' AND "reason" LIKE 'orphan:%';

SELECT DISTINCT
  "parents"."table_name"
FROM "pending" AS "p"
CROSS JOIN (
  SELECT
    'vault.h_users' AS "table_name"
  UNION ALL
  SELECT
    'vault.h_groups' AS "table_name"
) AS "parents"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = "parents"."table_name"
  AND "a"."stage" = "p"."stage"
  AND "a"."batch_id" = "p"."batch_id"
WHERE
  "a"."batch_id" IS NULL;

SELECT
  "p"."again",
  "a"."note"
FROM "pending" AS "p"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = 'stage.group_log' AND "a"."batch_id" = "p"."batch_id";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_user_group_activity" AS "lk_user_group_activity",
    "s"."hk_user_id" AS "hk_user_id",
    "s"."hk_group_id" AS "hk_group_id",
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
), "known" AS (
  SELECT
    "lk_user_group_activity"
  FROM "vault"."l_user_group_activity"
  WHERE
    "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_user_group_activity",
    "incoming"."hk_user_id",
    "incoming"."hk_group_id",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."hk_user_id" IS NULL
      THEN 'null_key:hk_user_id'
      WHEN "incoming"."hk_group_id" IS NULL
      THEN 'null_key:hk_group_id'
      WHEN NOT "incoming"."hk_user_id" IS NULL AND "parent_0"."hk_user_id" IS NULL
      THEN 'orphan:hk_user_id'
      WHEN NOT "incoming"."hk_group_id" IS NULL AND "parent_1"."hk_group_id" IS NULL
      THEN 'orphan:hk_group_id'
    END AS "_reason"
  FROM "incoming"
  LEFT JOIN "vault"."h_users" AS "parent_0"
    ON "parent_0"."hk_user_id" = "incoming"."hk_user_id"
  LEFT JOIN "vault"."h_groups" AS "parent_1"
    ON "parent_1"."hk_group_id" = "incoming"."hk_group_id"
), "repeated" AS (
  SELECT
    "lk_user_group_activity"
  FROM "incoming"
  WHERE
    NOT "lk_user_group_activity" IS NULL
  GROUP BY
    "lk_user_group_activity"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_user_group_activity",
    "judged"."hk_user_id",
    "judged"."hk_group_id",
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
    "judged"."lk_user_group_activity",
    "judged"."hk_user_id",
    "judged"."hk_group_id",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_user_group_activity"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."lk_user_group_activity",
    "doubtful"."hk_user_id",
    "doubtful"."hk_group_id",
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
    "lk_user_group_activity" IS NULL
    OR NOT "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."lk_user_group_activity",
    "doubtful"."hk_user_id",
    "doubtful"."hk_group_id",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_user_group_activity"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "lk_user_group_activity"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "repeated"
    )
)
SELECT
  "ranked"."lk_user_group_activity",
  "ranked"."hk_user_id",
  "ranked"."hk_group_id",
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
    OR "lk_user_group_activity" IN (
      SELECT
        "lk_user_group_activity"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."l_user_group_activity" ("lk_user_group_activity", "hk_user_id", "hk_group_id", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_user_group_activity" AS "lk_user_group_activity",
    "s"."hk_user_id" AS "hk_user_id",
    "s"."hk_group_id" AS "hk_group_id",
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
)
SELECT
  "i"."lk_user_group_activity",
  "i"."hk_user_id",
  "i"."hk_group_id",
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

INSERT INTO "stage"."group_log_quarantine" ("batch_id", "table_name", "row_no", "raw", "reason", "column_name", "detail")
SELECT
  "d"."batch_id",
  'vault.l_user_group_activity' AS "table_name",
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
      WHEN 'null_key:hk_user_id'
      THEN 'no key: ' || 'user_id ' || COALESCE(CAST("s"."user_id" AS VARCHAR(20)), 'NULL')
      WHEN 'orphan:hk_user_id'
      THEN 'not in h_users: ' || 'user_id ' || COALESCE(CAST("s"."user_id" AS VARCHAR(20)), 'NULL')
      WHEN 'null_key:hk_group_id'
      THEN 'no key: ' || 'group_id ' || COALESCE(CAST("s"."group_id" AS VARCHAR(20)), 'NULL')
      WHEN 'orphan:hk_group_id'
      THEN 'not in h_groups: ' || 'group_id ' || COALESCE(CAST("s"."group_id" AS VARCHAR(20)), 'NULL')
      WHEN 'conflict'
      THEN 'rows of one key contradict each other in the batch'
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
      "q"."table_name" = 'vault.l_user_group_activity'
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
  FROM "vault"."l_user_group_activity"
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
  'vault.l_user_group_activity' AS "table_name",
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
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_user_group_activity",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."l_user_group_activity"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_user_group_activity"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."rows_in",
  "wrong_rows"."rows_out",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "staged" AS (
    SELECT
      "p"."batch_id",
      CAST("a"."inserted" AS INT) AS "rows_in"
    FROM "applied_before" AS "a"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = "a"."stage" AND "p"."batch_id" = "a"."batch_id"
    WHERE
      NOT "p"."again" AND "a"."table_name" = 'stage.group_log'
  ), "rows_in" AS (
    SELECT
      "batch_id",
      SUM("rows_in") AS "rows_in"
    FROM "staged"
    GROUP BY
      "batch_id"
  )
  SELECT
    COALESCE("i"."batch_id", "o"."batch_id") AS "batch_id",
    COALESCE("i"."rows_in", 0) AS "rows_in",
    COALESCE("o"."rows_in", 0) AS "rows_out"
  FROM "rows_in" AS "i"
  FULL OUTER JOIN "outcomes" AS "o"
    ON "i"."batch_id" = "o"."batch_id"
  WHERE
    COALESCE("i"."rows_in", 0) <> COALESCE("o"."rows_in", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_user_group_activity",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "l"."lk_user_group_activity",
    "l"."batch_id"
  FROM (
    SELECT
      "s1"."lk_user_group_activity",
      "s1"."hk_user_id",
      "s1"."hk_group_id",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "l_user_group_activity"."lk_user_group_activity",
        "l_user_group_activity"."hk_user_id",
        "l_user_group_activity"."hk_group_id",
        "l_user_group_activity"."load_ts",
        "l_user_group_activity"."record_source",
        "l_user_group_activity"."batch_id"
      FROM "vault"."l_user_group_activity"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "l"
  INNER JOIN "vault"."h_users" AS "hub_0"
    ON "hub_0"."hk_user_id" = "l"."hk_user_id"
  INNER JOIN "vault"."h_groups" AS "hub_1"
    ON "hub_1"."hk_group_id" = "l"."hk_group_id"
  WHERE
    "l"."batch_id" <> 'ghost'
    AND NOT ("l"."lk_user_group_activity" <=> CAST(MD5(
      (
        COALESCE(COALESCE(CAST("hub_0"."user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(CAST("hub_1"."group_id" AS VARCHAR(20)), '~N'), '') || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."l_user_group_activity" ("lk_user_group_activity", "hk_user_id", "hk_group_id", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_user_group_activity",
  "hash_key" AS "hk_user_id",
  "hash_key" AS "hk_group_id",
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
