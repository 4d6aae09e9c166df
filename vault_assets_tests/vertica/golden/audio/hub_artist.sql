CREATE TABLE IF NOT EXISTS "vault"."hub_artist" (
  "hk_artist" UUID NOT NULL,
  "song_artist" VARCHAR(65000),
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
  "table_name" IN ('vault.hub_artist', 'stage.listen_events', 'stage.page_view_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_artist' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.listen_events', 'stage.page_view_events')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.hub_artist'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_artist';

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_artist" AS "hk_artist",
    "s"."artist" AS "song_artist",
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
  UNION ALL
  SELECT
    "s"."hk_artist" AS "hk_artist",
    "s"."artist" AS "song_artist",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "page_view_events"."batch_id",
      "page_view_events"."load_ts",
      "page_view_events"."row_no",
      "page_view_events"."record_source",
      "page_view_events"."ts",
      "page_view_events"."session_id",
      "page_view_events"."level",
      "page_view_events"."item_in_session",
      "page_view_events"."auth",
      "page_view_events"."page",
      "page_view_events"."method",
      "page_view_events"."status",
      "page_view_events"."artist",
      "page_view_events"."song",
      "page_view_events"."duration",
      "page_view_events"."city",
      "page_view_events"."state",
      "page_view_events"."zip",
      "page_view_events"."user_agent",
      "page_view_events"."lon",
      "page_view_events"."lat",
      "page_view_events"."user_id",
      "page_view_events"."first_name",
      "page_view_events"."last_name",
      "page_view_events"."gender",
      "page_view_events"."registration_ts",
      "page_view_events"."tag",
      "page_view_events"."event_id",
      "page_view_events"."hk_user",
      "page_view_events"."hk_user_agent",
      "page_view_events"."hk_plan",
      "page_view_events"."hk_session",
      "page_view_events"."hk_song",
      "page_view_events"."hk_artist",
      "page_view_events"."hk_location_geo",
      "page_view_events"."hk_location_zip",
      "page_view_events"."hk_location_city",
      "page_view_events"."hk_location_state",
      "page_view_events"."hk_web_page",
      "page_view_events"."lk_user_agent_user",
      "page_view_events"."lk_location_geo_zip",
      "page_view_events"."lk_location_zip_city",
      "page_view_events"."lk_location_city_state",
      "page_view_events"."lk_user_plan",
      "page_view_events"."lk_web_click",
      "page_view_events"."hd_nhl_web_click",
      "page_view_events"."hd_sat_user_profile"
    FROM "stage"."page_view_events"
    WHERE
      NOT "artist" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "hk_artist"
  FROM "vault"."hub_artist"
  WHERE
    "hk_artist" IN (
      SELECT
        "hk_artist"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."hk_artist",
    "incoming"."song_artist",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_artist" IS NULL THEN 'null_key:hk_artist' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "hk_artist"
  FROM "incoming"
  WHERE
    NOT "hk_artist" IS NULL
  GROUP BY
    "hk_artist"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."hk_artist",
    "judged"."song_artist",
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
    "judged"."hk_artist",
    "judged"."song_artist",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "hk_artist" IN (
      SELECT
        "hk_artist"
      FROM "repeated"
      UNION ALL
      SELECT
        "hk_artist"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."hk_artist",
    "doubtful"."song_artist",
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
    "hk_artist" IS NULL
    OR NOT "hk_artist" IN (
      SELECT
        "hk_artist"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."hk_artist",
    "doubtful"."song_artist",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_artist"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "hk_artist"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "hk_artist" IN (
      SELECT
        "hk_artist"
      FROM "repeated"
    )
)
SELECT
  "ranked"."hk_artist",
  "ranked"."song_artist",
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
    WHEN "_place" > 1 OR "hk_artist" IN (
      SELECT
        "hk_artist"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."hub_artist" ("hk_artist", "song_artist", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_artist" AS "hk_artist",
    "s"."artist" AS "song_artist",
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
  UNION ALL
  SELECT
    "s"."hk_artist" AS "hk_artist",
    "s"."artist" AS "song_artist",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "page_view_events"."batch_id",
      "page_view_events"."load_ts",
      "page_view_events"."row_no",
      "page_view_events"."record_source",
      "page_view_events"."ts",
      "page_view_events"."session_id",
      "page_view_events"."level",
      "page_view_events"."item_in_session",
      "page_view_events"."auth",
      "page_view_events"."page",
      "page_view_events"."method",
      "page_view_events"."status",
      "page_view_events"."artist",
      "page_view_events"."song",
      "page_view_events"."duration",
      "page_view_events"."city",
      "page_view_events"."state",
      "page_view_events"."zip",
      "page_view_events"."user_agent",
      "page_view_events"."lon",
      "page_view_events"."lat",
      "page_view_events"."user_id",
      "page_view_events"."first_name",
      "page_view_events"."last_name",
      "page_view_events"."gender",
      "page_view_events"."registration_ts",
      "page_view_events"."tag",
      "page_view_events"."event_id",
      "page_view_events"."hk_user",
      "page_view_events"."hk_user_agent",
      "page_view_events"."hk_plan",
      "page_view_events"."hk_session",
      "page_view_events"."hk_song",
      "page_view_events"."hk_artist",
      "page_view_events"."hk_location_geo",
      "page_view_events"."hk_location_zip",
      "page_view_events"."hk_location_city",
      "page_view_events"."hk_location_state",
      "page_view_events"."hk_web_page",
      "page_view_events"."lk_user_agent_user",
      "page_view_events"."lk_location_geo_zip",
      "page_view_events"."lk_location_zip_city",
      "page_view_events"."lk_location_city_state",
      "page_view_events"."lk_user_plan",
      "page_view_events"."lk_web_click",
      "page_view_events"."hd_nhl_web_click",
      "page_view_events"."hd_sat_user_profile"
    FROM "stage"."page_view_events"
    WHERE
      NOT "artist" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."hk_artist",
  "i"."song_artist",
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
  FROM "vault"."hub_artist"
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
  'vault.hub_artist' AS "table_name",
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
  "wrong_rows"."hk_artist",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_artist",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."hub_artist"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_artist"
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
    UNION ALL
    SELECT
      "p"."batch_id",
      COUNT(*) AS "rows_in"
    FROM (
      SELECT
        "page_view_events"."batch_id",
        "page_view_events"."load_ts",
        "page_view_events"."row_no",
        "page_view_events"."record_source",
        "page_view_events"."ts",
        "page_view_events"."session_id",
        "page_view_events"."level",
        "page_view_events"."item_in_session",
        "page_view_events"."auth",
        "page_view_events"."page",
        "page_view_events"."method",
        "page_view_events"."status",
        "page_view_events"."artist",
        "page_view_events"."song",
        "page_view_events"."duration",
        "page_view_events"."city",
        "page_view_events"."state",
        "page_view_events"."zip",
        "page_view_events"."user_agent",
        "page_view_events"."lon",
        "page_view_events"."lat",
        "page_view_events"."user_id",
        "page_view_events"."first_name",
        "page_view_events"."last_name",
        "page_view_events"."gender",
        "page_view_events"."registration_ts",
        "page_view_events"."tag",
        "page_view_events"."event_id",
        "page_view_events"."hk_user",
        "page_view_events"."hk_user_agent",
        "page_view_events"."hk_plan",
        "page_view_events"."hk_session",
        "page_view_events"."hk_song",
        "page_view_events"."hk_artist",
        "page_view_events"."hk_location_geo",
        "page_view_events"."hk_location_zip",
        "page_view_events"."hk_location_city",
        "page_view_events"."hk_location_state",
        "page_view_events"."hk_web_page",
        "page_view_events"."lk_user_agent_user",
        "page_view_events"."lk_location_geo_zip",
        "page_view_events"."lk_location_zip_city",
        "page_view_events"."lk_location_city_state",
        "page_view_events"."lk_user_plan",
        "page_view_events"."lk_web_click",
        "page_view_events"."hd_nhl_web_click",
        "page_view_events"."hd_sat_user_profile"
      FROM "stage"."page_view_events"
      WHERE
        NOT "artist" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
    WHERE
      NOT "p"."again"
      AND "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "p"."batch_id"
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
  "wrong_rows"."hk_artist",
  "wrong_rows"."song_artist",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "d"."hk_artist",
    "d"."song_artist",
    "d"."batch_id",
    "d"."row_no"
  FROM "decided" AS "d"
  INNER JOIN (
    SELECT
      "hub_artist"."hk_artist",
      "hub_artist"."song_artist",
      "hub_artist"."load_ts",
      "hub_artist"."record_source",
      "hub_artist"."batch_id"
    FROM "vault"."hub_artist"
    WHERE
      "hk_artist" IN (
        SELECT
          "hk_artist"
        FROM "decided"
        WHERE
          "_outcome" IN ('unchanged', 'duplicate')
      )
  ) AS "h"
    ON "h"."hk_artist" = "d"."hk_artist"
  WHERE
    "d"."_outcome" IN ('unchanged', 'duplicate')
    AND NOT ((
      "d"."song_artist"
    ) <=> (
      "h"."song_artist"
    ))
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_artist",
  "wrong_rows"."song_artist",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_artist",
    "song_artist",
    "batch_id"
  FROM (
    SELECT
      "s1"."hk_artist",
      "s1"."song_artist",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "hub_artist"."hk_artist",
        "hub_artist"."song_artist",
        "hub_artist"."load_ts",
        "hub_artist"."record_source",
        "hub_artist"."batch_id"
      FROM "vault"."hub_artist"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "d"
  WHERE
    "batch_id" <> 'ghost'
    AND NOT ("hk_artist" <=> CAST(MD5(
      (
        COALESCE(
          COALESCE(
            CASE
              WHEN INSTR("song_artist", '~') > 0 OR INSTR("song_artist", '|') > 0
              THEN REPLACE(REPLACE("song_artist", '~', '~0'), '|', '~1')
              ELSE "song_artist"
            END,
            '~N'
          ),
          ''
        ) || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."song_artist",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "song_artist"
  FROM "vault"."hub_artist"
  WHERE
    OCTET_LENGTH("song_artist") > CHARACTER_LENGTH("song_artist")
    AND REGEXP_LIKE(
      "song_artist",
      '\A(?:([\x{00}-\x{7F}]|[\x{C2}-\x{DF}][\x{80}-\x{BF}]|[\x{E0}-\x{EF}][\x{80}-\x{BF}]{2}|[\x{F0}-\x{F4}][\x{80}-\x{BF}]{3})*)\z'
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."hub_artist" ("hk_artist", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_artist",
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
