CREATE TABLE IF NOT EXISTS "vault"."sat_song_play_details" (
  "hk_song_play" UUID NOT NULL,
  "song_played_sec" FLOAT,
  "play_start_ts" TIMESTAMP,
  "play_end_ts" TIMESTAMP,
  "load_ts" TIMESTAMP NOT NULL,
  "load_seq" INT NOT NULL,
  "hashdiff" UUID NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

CREATE OR REPLACE VIEW "vault"."sat_song_play_details_current" AS
SELECT
  "q1"."hk_song_play",
  "q1"."song_played_sec",
  "q1"."play_start_ts",
  "q1"."play_end_ts",
  "q1"."load_ts",
  "q1"."load_seq",
  "q1"."hashdiff",
  "q1"."record_source",
  "q1"."batch_id"
FROM (
  SELECT
    "hk_song_play",
    "song_played_sec",
    "play_start_ts",
    "play_end_ts",
    "load_ts",
    "load_seq",
    "hashdiff",
    "record_source",
    "batch_id",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_song_play"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "_w1"
  FROM "vault"."sat_song_play_details"
  WHERE
    "batch_id" <> 'ghost'
) AS "q1"
WHERE
  "q1"."_w1" = 1;

CREATE OR REPLACE VIEW "vault"."sat_song_play_details_history" AS
SELECT
  "hk_song_play",
  "song_played_sec",
  "play_start_ts",
  "play_end_ts",
  "load_ts",
  "load_seq",
  "hashdiff",
  "record_source",
  "batch_id",
  LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_song_play" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
FROM "vault"."sat_song_play_details"
WHERE
  "batch_id" <> 'ghost';

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
  "table_name" IN ('vault.sat_song_play_details', 'stage.listen_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.sat_song_play_details' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.sat_song_play_details'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.sat_song_play_details';

CREATE LOCAL TEMPORARY TABLE "touched" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_song_play" AS "hk_song_play",
    "s"."hd_sat_song_play_details" AS "hashdiff",
    "s"."duration" AS "song_played_sec",
    "s"."play_start_ts" AS "play_start_ts",
    "s"."play_end_ts" AS "play_end_ts",
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
  "hk_song_play",
  "load_ts",
  "load_seq",
  "hashdiff"
FROM "vault"."sat_song_play_details"
WHERE
  "hk_song_play" IN (
    SELECT
      "hk_song_play"
    FROM "incoming"
  )
  AND NOT (
    "load_ts" = CAST('1900-01-01 00:00:00' AS TIMESTAMP)
    AND CAST("hk_song_play" AS VARCHAR(36)) IN (
      CAST(CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS VARCHAR(36)),
      CAST(CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS VARCHAR(36))
    )
  );

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_song_play" AS "hk_song_play",
    "s"."hd_sat_song_play_details" AS "hashdiff",
    "s"."duration" AS "song_played_sec",
    "s"."play_start_ts" AS "play_start_ts",
    "s"."play_end_ts" AS "play_end_ts",
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
), "judged" AS (
  SELECT
    "incoming"."hk_song_play",
    "incoming"."hashdiff",
    "incoming"."song_played_sec",
    "incoming"."play_start_ts",
    "incoming"."play_end_ts",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_song_play" IS NULL THEN 'null_key:hk_song_play' END AS "_reason"
  FROM "incoming"
), "latest" AS (
  SELECT
    "q1"."hk_song_play",
    MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END) AS "_hashdiff"
  FROM (
    SELECT
      "hk_song_play" AS "hk_song_play",
      "hashdiff" AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY "hk_song_play"
        ORDER BY CASE WHEN "hashdiff" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
      ) AS "_place1"
    FROM "touched"
  ) AS "q1"
  GROUP BY
    "q1"."hk_song_play"
), "repeated" AS (
  SELECT
    "hk_song_play"
  FROM "judged"
  WHERE
    NOT "hk_song_play" IS NULL
  GROUP BY
    "hk_song_play"
  HAVING
    COUNT(*) > 1
), "states" AS (
  SELECT
    "judged"."hk_song_play",
    "judged"."hashdiff",
    "judged"."load_ts",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason",
    FALSE AS "_is_copy",
    FALSE AS "_in_conflict"
  FROM "judged"
  WHERE
    "hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "repeated"
    )
), "usable" AS (
  SELECT
    "states"."hk_song_play",
    "states"."hashdiff",
    "states"."load_ts",
    "states"."batch_id",
    "states"."row_no",
    "states"."_rank",
    "states"."_is_copy",
    COALESCE("_reason", CASE WHEN "_in_conflict" THEN 'conflict' END) AS "_reason",
    "_reason" IS NULL AND NOT "_in_conflict" AND NOT "_is_copy" AS "_counts"
  FROM "states"
), "chained" AS (
  SELECT
    "u"."hk_song_play",
    "u"."hashdiff",
    "u"."load_ts",
    "u"."batch_id",
    "u"."row_no",
    "u"."_rank",
    "u"."_is_copy",
    "u"."_reason",
    COALESCE(
      LAG("u"."hashdiff") OVER (
        PARTITION BY "u"."hk_song_play", "u"."_counts"
        ORDER BY "u"."load_ts" NULLS LAST, "u"."row_no" NULLS LAST
      ),
      "l"."_hashdiff"
    ) AS "_hashdiff_before"
  FROM "usable" AS "u"
  LEFT JOIN "latest" AS "l"
    ON "l"."hk_song_play" = "u"."hk_song_play"
), "concluded" AS (
  SELECT
    "chained"."hk_song_play",
    "chained"."hashdiff",
    "chained"."load_ts",
    "chained"."batch_id",
    "chained"."row_no",
    "chained"."_rank",
    "chained"."_is_copy",
    "chained"."_reason",
    "chained"."_hashdiff_before",
    CASE
      WHEN NOT "_reason" IS NULL
      THEN 'quarantined'
      WHEN "_is_copy"
      THEN 'duplicate'
      WHEN "_hashdiff_before" = "hashdiff"
      THEN 'unchanged'
      ELSE 'inserted'
    END AS "_outcome"
  FROM "chained"
)
SELECT
  "concluded"."hk_song_play",
  "concluded"."hashdiff",
  "concluded"."load_ts",
  "concluded"."batch_id",
  "concluded"."row_no",
  "concluded"."_rank",
  "concluded"."_is_copy",
  "concluded"."_reason",
  "concluded"."_hashdiff_before",
  "concluded"."_outcome",
  ROW_NUMBER() OVER (
    PARTITION BY "hk_song_play", "load_ts", "_outcome"
    ORDER BY "load_ts" NULLS LAST, "row_no" NULLS LAST
  ) - 1 AS "load_seq"
FROM "concluded"
UNION ALL
SELECT
  "j"."hk_song_play",
  "j"."hashdiff",
  "j"."load_ts",
  "j"."batch_id",
  "j"."row_no",
  "j"."_rank",
  FALSE AS "_is_copy",
  "j"."_reason",
  "l"."_hashdiff" AS "_hashdiff_before",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN (
      FALSE
    )
    THEN 'duplicate'
    WHEN (
      "l"."_hashdiff"
    ) = "hashdiff"
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome",
  0 AS "load_seq"
FROM "judged" AS "j"
LEFT JOIN "latest" AS "l"
  ON "l"."hk_song_play" = "j"."hk_song_play"
WHERE
  (
    NOT "j"."_reason" IS NULL OR NOT "l"."hk_song_play" IS NULL
  )
  AND (
    "j"."hk_song_play" IS NULL
    OR NOT "j"."hk_song_play" IN (
      SELECT
        "hk_song_play"
      FROM "repeated"
    )
  );

INSERT INTO "vault"."sat_song_play_details" ("hk_song_play", "song_played_sec", "play_start_ts", "play_end_ts", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_song_play" AS "hk_song_play",
    "s"."hd_sat_song_play_details" AS "hashdiff",
    "s"."duration" AS "song_played_sec",
    "s"."play_start_ts" AS "play_start_ts",
    "s"."play_end_ts" AS "play_end_ts",
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
  "i"."song_played_sec",
  "i"."play_start_ts",
  "i"."play_end_ts",
  "i"."load_ts",
  COALESCE("d"."load_seq", 0) AS "load_seq",
  "i"."hashdiff",
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
  FROM "vault"."sat_song_play_details"
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
  'vault.sat_song_play_details' AS "table_name",
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
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_song_play",
    "load_ts",
    "load_seq",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."sat_song_play_details"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_song_play",
    "load_ts",
    "load_seq"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_song_play",
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "seen" AS (
    SELECT
      "hk_song_play",
      "load_ts",
      "load_seq",
      "hashdiff"
    FROM "vault"."sat_song_play_details"
  ), "several" AS (
    SELECT DISTINCT
      "hk_song_play"
    FROM (
      SELECT
        "hk_song_play"
      FROM "decided"
      WHERE
        "_outcome" = 'inserted'
      GROUP BY
        "hk_song_play",
        "hashdiff"
      HAVING
        COUNT(*) > 1
    ) AS "s1"
  ), "history" AS (
    SELECT
      "hk_song_play",
      "load_ts",
      "load_seq",
      "hashdiff",
      LAG("hashdiff") OVER (PARTITION BY "hk_song_play" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "hashdiff_before"
    FROM "seen"
    WHERE
      "hk_song_play" IN (
        SELECT
          "hk_song_play"
        FROM "several"
      )
  )
  SELECT
    "h"."hk_song_play",
    "h"."load_ts",
    "h"."load_seq",
    "t"."batch_id"
  FROM "history" AS "h"
  INNER JOIN "vault"."sat_song_play_details" AS "t"
    ON "t"."hk_song_play" = "h"."hk_song_play"
    AND "t"."load_ts" = "h"."load_ts"
    AND "t"."load_seq" = "h"."load_seq"
  WHERE
    "h"."hashdiff" = "h"."hashdiff_before"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_song_play",
  "wrong_rows"."load_ts",
  "wrong_rows"."problem",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "some_rows" AS (
    SELECT
      "sat_song_play_details"."hk_song_play",
      "sat_song_play_details"."song_played_sec",
      "sat_song_play_details"."play_start_ts",
      "sat_song_play_details"."play_end_ts",
      "sat_song_play_details"."load_ts",
      "sat_song_play_details"."load_seq",
      "sat_song_play_details"."hashdiff",
      "sat_song_play_details"."record_source",
      "sat_song_play_details"."batch_id"
    FROM "vault"."sat_song_play_details"
    WHERE
      "hk_song_play" IN (
        SELECT
          "hk_song_play" AS "hk_song_play"
        FROM (
          SELECT
            "sat_song_play_details"."hk_song_play",
            "sat_song_play_details"."song_played_sec",
            "sat_song_play_details"."play_start_ts",
            "sat_song_play_details"."play_end_ts",
            "sat_song_play_details"."load_ts",
            "sat_song_play_details"."load_seq",
            "sat_song_play_details"."hashdiff",
            "sat_song_play_details"."record_source",
            "sat_song_play_details"."batch_id"
          FROM "vault"."sat_song_play_details"
          WHERE
            "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
        ) AS "s2"
        LIMIT 1000
      )
  ), "some_keys" AS (
    SELECT DISTINCT
      "hk_song_play"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "current_rows" AS (
    SELECT
      "q1"."hk_song_play",
      "q1"."song_played_sec",
      "q1"."play_start_ts",
      "q1"."play_end_ts",
      "q1"."load_ts",
      "q1"."load_seq",
      "q1"."hashdiff",
      "q1"."record_source",
      "q1"."batch_id"
    FROM (
      SELECT
        "hk_song_play",
        "song_played_sec",
        "play_start_ts",
        "play_end_ts",
        "load_ts",
        "load_seq",
        "hashdiff",
        "record_source",
        "batch_id",
        ROW_NUMBER() OVER (
          PARTITION BY "hk_song_play"
          ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
        ) AS "_w1"
      FROM "some_rows"
      WHERE
        "batch_id" <> 'ghost'
    ) AS "q1"
    WHERE
      "q1"."_w1" = 1
  ), "history_rows" AS (
    SELECT
      "hk_song_play",
      "song_played_sec",
      "play_start_ts",
      "play_end_ts",
      "load_ts",
      "load_seq",
      "hashdiff",
      "record_source",
      "batch_id",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_song_play" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "periods" AS (
    SELECT DISTINCT
      "hk_song_play",
      "load_ts",
      "load_end_ts"
    FROM "history_rows"
    WHERE
      "load_ts" < "load_end_ts"
  ), "chained" AS (
    SELECT
      "periods"."hk_song_play",
      "periods"."load_ts",
      "periods"."load_end_ts",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_song_play" ORDER BY "load_ts" NULLS LAST) AS "next_ts"
    FROM "periods"
  )
  SELECT
    "hk_song_play",
    MIN("load_ts") AS "load_ts",
    'no single current state' AS "problem"
  FROM (
    SELECT
      "k"."hk_song_play",
      "c"."load_ts",
      "c"."load_seq"
    FROM "some_keys" AS "k"
    LEFT JOIN "current_rows" AS "c"
      ON "c"."hk_song_play" = "k"."hk_song_play"
  ) AS "s1"
  GROUP BY
    "hk_song_play"
  HAVING
    COUNT(DISTINCT CASE WHEN NOT "load_ts" IS NULL THEN ("load_ts", "load_seq") END) <> 1
  UNION ALL
  SELECT
    "hk_song_play",
    "load_ts",
    'gap or overlap' AS "problem"
  FROM "chained"
  WHERE
    "load_end_ts" <> "next_ts"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."sat_song_play_details" ("hk_song_play", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_song_play",
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
