CREATE TABLE IF NOT EXISTS "vault"."hub_song_play" (
  "hk_song_play" UUID NOT NULL,
  "user_id" INT,
  "session_id" INT,
  "play_start_ts" TIMESTAMP,
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
  "table_name" IN ('vault.hub_song_play', 'stage.listen_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_song_play' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.hub_song_play'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_song_play';

SELECT
  "p"."again",
  "a"."note"
FROM "pending" AS "p"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = 'stage.listen_events' AND "a"."batch_id" = "p"."batch_id";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_song_play" AS "hk_song_play",
    "s"."user_id" AS "user_id",
    "s"."session_id" AS "session_id",
    "s"."play_start_ts" AS "play_start_ts",
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
    "hk_song_play"
  FROM "vault"."hub_song_play"
  WHERE
    "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."hk_song_play",
    "incoming"."user_id",
    "incoming"."session_id",
    "incoming"."play_start_ts",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN FALSE THEN '' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "hk_song_play"
  FROM "incoming"
  WHERE
    NOT "hk_song_play" IS NULL
  GROUP BY
    "hk_song_play"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."hk_song_play",
    "judged"."user_id",
    "judged"."session_id",
    "judged"."play_start_ts",
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
    "judged"."hk_song_play",
    "judged"."user_id",
    "judged"."session_id",
    "judged"."play_start_ts",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "repeated"
      UNION ALL
      SELECT
        "hk_song_play"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."hk_song_play",
    "doubtful"."user_id",
    "doubtful"."session_id",
    "doubtful"."play_start_ts",
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
    "hk_song_play" IS NULL
    OR NOT "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."hk_song_play",
    "doubtful"."user_id",
    "doubtful"."session_id",
    "doubtful"."play_start_ts",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_song_play"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "hk_song_play"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "repeated"
    )
)
SELECT
  "ranked"."hk_song_play",
  "ranked"."user_id",
  "ranked"."session_id",
  "ranked"."play_start_ts",
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
    WHEN "_place" > 1 OR "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."hub_song_play" ("hk_song_play", "user_id", "session_id", "play_start_ts", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_song_play" AS "hk_song_play",
    "s"."user_id" AS "user_id",
    "s"."session_id" AS "session_id",
    "s"."play_start_ts" AS "play_start_ts",
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
  "i"."hk_song_play",
  "i"."user_id",
  "i"."session_id",
  "i"."play_start_ts",
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
  FROM "vault"."hub_song_play"
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
  'vault.hub_song_play' AS "table_name",
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
  "wrong_rows"."hk_song_play",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_song_play",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."hub_song_play"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_song_play"
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
      NOT "p"."again" AND "a"."table_name" = 'stage.listen_events'
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
  "wrong_rows"."hk_song_play",
  "wrong_rows"."user_id",
  "wrong_rows"."session_id",
  "wrong_rows"."play_start_ts",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "d"."hk_song_play",
    "d"."user_id",
    "d"."session_id",
    "d"."play_start_ts",
    "d"."batch_id",
    "d"."row_no"
  FROM "decided" AS "d"
  INNER JOIN (
    SELECT
      "hub_song_play"."hk_song_play",
      "hub_song_play"."user_id",
      "hub_song_play"."session_id",
      "hub_song_play"."play_start_ts",
      "hub_song_play"."load_ts",
      "hub_song_play"."record_source",
      "hub_song_play"."batch_id"
    FROM "vault"."hub_song_play"
    WHERE
      "hk_song_play" IN (
        SELECT
          "hk_song_play"
        FROM "decided"
        WHERE
          "_outcome" IN ('unchanged', 'duplicate')
      )
  ) AS "h"
    ON "h"."hk_song_play" = "d"."hk_song_play"
  WHERE
    "d"."_outcome" IN ('unchanged', 'duplicate')
    AND (
      NOT ("d"."user_id" <=> "h"."user_id")
      OR NOT ("d"."session_id" <=> "h"."session_id")
      OR NOT ("d"."play_start_ts" <=> "h"."play_start_ts")
    )
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_song_play",
  "wrong_rows"."user_id",
  "wrong_rows"."session_id",
  "wrong_rows"."play_start_ts",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_song_play",
    "user_id",
    "session_id",
    "play_start_ts",
    "batch_id"
  FROM (
    SELECT
      "s1"."hk_song_play",
      "s1"."user_id",
      "s1"."session_id",
      "s1"."play_start_ts",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "hub_song_play"."hk_song_play",
        "hub_song_play"."user_id",
        "hub_song_play"."session_id",
        "hub_song_play"."play_start_ts",
        "hub_song_play"."load_ts",
        "hub_song_play"."record_source",
        "hub_song_play"."batch_id"
      FROM "vault"."hub_song_play"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "d"
  WHERE
    "batch_id" <> 'ghost'
    AND NOT ("hk_song_play" <=> CAST(MD5(
      (
        COALESCE(COALESCE(CAST("user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(CAST("session_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(COALESCE(TO_CHAR("play_start_ts", 'YYYY-MM-DD HH24:MI:SS.US'), '~N'), '') || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."hub_song_play" ("hk_song_play", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_song_play",
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
