CREATE TABLE IF NOT EXISTS "vault"."link_song_play_context" (
  "lk_song_play_context" UUID NOT NULL,
  "hk_song_play" UUID NOT NULL,
  "hk_session" UUID NOT NULL,
  "hk_song" UUID NOT NULL,
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
  "table_name" IN ('vault.link_song_play_context', 'stage.listen_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.link_song_play_context' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.listen_events')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.link_song_play_context'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.link_song_play_context';

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_song_play_context" AS "lk_song_play_context",
    "s"."hk_song_play" AS "hk_song_play",
    "s"."hk_session" AS "hk_session",
    "s"."hk_song" AS "hk_song",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."listen_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "lk_song_play_context"
  FROM "vault"."link_song_play_context"
  WHERE
    "lk_song_play_context" IN (
      SELECT
        "lk_song_play_context"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_song_play_context",
    "incoming"."hk_song_play",
    "incoming"."hk_session",
    "incoming"."hk_song",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_song" IS NULL THEN 'null_key:hk_song' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "lk_song_play_context"
  FROM "incoming"
  WHERE
    NOT "lk_song_play_context" IS NULL
  GROUP BY
    "lk_song_play_context"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_song_play_context",
    "judged"."hk_song_play",
    "judged"."hk_session",
    "judged"."hk_song",
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
    "judged"."lk_song_play_context",
    "judged"."hk_song_play",
    "judged"."hk_session",
    "judged"."hk_song",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_song_play_context" IN (
      SELECT
        "lk_song_play_context"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_song_play_context"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."lk_song_play_context",
    "doubtful"."hk_song_play",
    "doubtful"."hk_session",
    "doubtful"."hk_song",
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
    "lk_song_play_context" IS NULL
    OR NOT "lk_song_play_context" IN (
      SELECT
        "lk_song_play_context"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."lk_song_play_context",
    "doubtful"."hk_song_play",
    "doubtful"."hk_session",
    "doubtful"."hk_song",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_song_play_context"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "lk_song_play_context"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "lk_song_play_context" IN (
      SELECT
        "lk_song_play_context"
      FROM "repeated"
    )
)
SELECT
  "ranked"."lk_song_play_context",
  "ranked"."hk_song_play",
  "ranked"."hk_session",
  "ranked"."hk_song",
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
    OR "lk_song_play_context" IN (
      SELECT
        "lk_song_play_context"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."link_song_play_context" ("lk_song_play_context", "hk_song_play", "hk_session", "hk_song", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_song_play_context" AS "lk_song_play_context",
    "s"."hk_song_play" AS "hk_song_play",
    "s"."hk_session" AS "hk_session",
    "s"."hk_song" AS "hk_song",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."listen_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."lk_song_play_context",
  "i"."hk_song_play",
  "i"."hk_session",
  "i"."hk_song",
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
  FROM "vault"."link_song_play_context"
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
  'vault.link_song_play_context' AS "table_name",
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
  "wrong_rows"."lk_song_play_context",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_song_play_context",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."link_song_play_context"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_song_play_context"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_song_play_context",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "l"."lk_song_play_context",
    "l"."batch_id"
  FROM (
    SELECT
      "s1"."lk_song_play_context",
      "s1"."hk_song_play",
      "s1"."hk_session",
      "s1"."hk_song",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "link_song_play_context"."lk_song_play_context",
        "link_song_play_context"."hk_song_play",
        "link_song_play_context"."hk_session",
        "link_song_play_context"."hk_song",
        "link_song_play_context"."load_ts",
        "link_song_play_context"."record_source",
        "link_song_play_context"."batch_id"
      FROM "vault"."link_song_play_context"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "l"
  INNER JOIN "vault"."hub_song_play" AS "hub_0"
    ON "hub_0"."hk_song_play" = "l"."hk_song_play"
  INNER JOIN "vault"."hub_session" AS "hub_1"
    ON "hub_1"."hk_session" = "l"."hk_session"
  INNER JOIN "vault"."hub_song" AS "hub_2"
    ON "hub_2"."hk_song" = "l"."hk_song"
  WHERE
    "l"."batch_id" <> 'ghost'
    AND NOT ("l"."lk_song_play_context" <=> CAST(MD5(
      (
        COALESCE(COALESCE(CAST("hub_0"."user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(CAST("hub_0"."session_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(TO_CHAR("hub_0"."play_start_ts", 'YYYY-MM-DD HH24:MI:SS.US'), '~N'), '') || '|' || COALESCE(COALESCE(CAST("hub_1"."user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(CAST("hub_1"."session_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(
          COALESCE(
            CASE
              WHEN INSTR("hub_2"."song_artist", '~') > 0 OR INSTR("hub_2"."song_artist", '|') > 0
              THEN REPLACE(REPLACE("hub_2"."song_artist", '~', '~0'), '|', '~1')
              ELSE "hub_2"."song_artist"
            END,
            '~N'
          ),
          ''
        ) || '|' || COALESCE(
          COALESCE(
            CASE
              WHEN INSTR("hub_2"."song_name", '~') > 0 OR INSTR("hub_2"."song_name", '|') > 0
              THEN REPLACE(REPLACE("hub_2"."song_name", '~', '~0'), '|', '~1')
              ELSE "hub_2"."song_name"
            END,
            '~N'
          ),
          ''
        ) || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."link_song_play_context" ("lk_song_play_context", "hk_song_play", "hk_session", "hk_song", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_song_play_context",
  "hash_key" AS "hk_song_play",
  "hash_key" AS "hk_session",
  "hash_key" AS "hk_song",
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
