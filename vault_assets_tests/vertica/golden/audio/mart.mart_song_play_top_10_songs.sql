CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'mart.mart_song_play' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'mart.mart_song_play' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'mart.mart_song_play' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'mart.mart_song_play' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'stage.auth_events' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'stage.listen_events' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'stage.page_view_events' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'stage.status_change_events' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_city' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_city' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_city' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_city' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_geo' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_geo' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_geo' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_geo' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_zip' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_zip' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_zip' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_location_zip' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_song' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_song' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_song_play' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_user_agent' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_user_agent' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_user_agent' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_user_agent' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_geo_zip' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_geo_zip' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_geo_zip' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_geo_zip' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_zip_city' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_zip_city' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_zip_city' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_location_zip_city' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_song_play_context' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.nhl_authorization' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.nhl_authorization' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.sat_song_play_details' AS "table_name",
    'listen_events' AS "stage"
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
    "table_name" IN (
      'mart.mart_song_play_top_10_songs',
      'mart.mart_song_play',
      'stage.auth_events',
      'mart.mart_song_play',
      'stage.listen_events',
      'mart.mart_song_play',
      'stage.page_view_events',
      'mart.mart_song_play',
      'stage.status_change_events',
      'stage.auth_events',
      'stage.auth_events',
      'stage.listen_events',
      'stage.listen_events',
      'stage.page_view_events',
      'stage.page_view_events',
      'stage.status_change_events',
      'stage.status_change_events',
      'vault.hub_location_city',
      'stage.auth_events',
      'vault.hub_location_city',
      'stage.listen_events',
      'vault.hub_location_city',
      'stage.page_view_events',
      'vault.hub_location_city',
      'stage.status_change_events',
      'vault.hub_location_geo',
      'stage.auth_events',
      'vault.hub_location_geo',
      'stage.listen_events',
      'vault.hub_location_geo',
      'stage.page_view_events',
      'vault.hub_location_geo',
      'stage.status_change_events',
      'vault.hub_location_zip',
      'stage.auth_events',
      'vault.hub_location_zip',
      'stage.listen_events',
      'vault.hub_location_zip',
      'stage.page_view_events',
      'vault.hub_location_zip',
      'stage.status_change_events',
      'vault.hub_song',
      'stage.listen_events',
      'vault.hub_song',
      'stage.page_view_events',
      'vault.hub_song_play',
      'stage.listen_events',
      'vault.hub_user_agent',
      'stage.auth_events',
      'vault.hub_user_agent',
      'stage.listen_events',
      'vault.hub_user_agent',
      'stage.page_view_events',
      'vault.hub_user_agent',
      'stage.status_change_events',
      'vault.link_location_geo_zip',
      'stage.auth_events',
      'vault.link_location_geo_zip',
      'stage.listen_events',
      'vault.link_location_geo_zip',
      'stage.page_view_events',
      'vault.link_location_geo_zip',
      'stage.status_change_events',
      'vault.link_location_zip_city',
      'stage.auth_events',
      'vault.link_location_zip_city',
      'stage.listen_events',
      'vault.link_location_zip_city',
      'stage.page_view_events',
      'vault.link_location_zip_city',
      'stage.status_change_events',
      'vault.link_song_play_context',
      'stage.listen_events',
      'vault.nhl_authorization',
      'stage.auth_events',
      'vault.nhl_authorization',
      'stage.listen_events',
      'vault.sat_song_play_details',
      'stage.listen_events'
    )
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
                'mart.mart_song_play',
                'mart.mart_song_play_hourly_metrics',
                'mart.mart_song_play_top_10_songs',
                'mart.mart_web_activity_daily',
                'mart.mart_plan_changes_daily',
                'mart.mart_user_profiles'
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
    "table_name" = 'mart.mart_song_play_top_10_songs'
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

CREATE TABLE IF NOT EXISTS "mart"."mart_song_play_top_10_songs" (
  "play_date" DATE,
  "song_name" VARCHAR(65000),
  "song_artist" VARCHAR(65000),
  "uniq_users" INT,
  "listens" INT,
  "rank" INT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    WITH "news" AS (
      SELECT
        "s"."hk_session",
        "s"."ts"
      FROM "stage"."listen_events" AS "s"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
      UNION ALL
      SELECT
        "s"."hk_session",
        "s"."ts"
      FROM "stage"."auth_events" AS "s"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "s"."batch_id"
    ), "told_anew" AS (
      SELECT
        "pair"."hk_location_geo"
      FROM "vault"."link_location_geo_zip" AS "pair"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "pair"."batch_id"
      UNION
      SELECT
        "pair"."hk_location_geo"
      FROM "vault"."link_location_geo_zip" AS "pair"
      INNER JOIN "vault"."link_location_zip_city" AS "told"
        ON "told"."hk_location_zip" = "pair"."hk_location_zip"
      INNER JOIN "new_batches" AS "b"
        ON "b"."batch_id" = "told"."batch_id"
    ), "earliest" AS (
      SELECT
        "hk_session",
        MIN("ts") AS "ts"
      FROM "news"
      GROUP BY
        "hk_session"
      UNION ALL
      SELECT DISTINCT
        "seen"."hk_session",
        CAST('0001-01-01' AS TIMESTAMP) AS "ts"
      FROM "vault"."nhl_authorization" AS "seen"
      INNER JOIN "told_anew"
        ON "told_anew"."hk_location_geo" = "seen"."hk_location_geo"
    )
    SELECT DISTINCT
      CAST("s"."ts" AS DATE) AS "played_on"
    FROM "stage"."listen_events" AS "s"
    INNER JOIN "earliest"
      ON "earliest"."hk_session" = "s"."hk_session"
    WHERE
      "s"."ts" >= "earliest"."ts"
  ) AS "t"("value")
  UNION ALL
  SELECT
    "play_date"
  FROM "mart"."mart_song_play_top_10_songs"
) AS "s1"
WHERE
  "partition_value" >= CAST('2018-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."mart_song_play_top_10_songs";

INSERT INTO "mart"."mart_song_play_top_10_songs" ("play_date", "song_name", "song_artist", "uniq_users", "listens", "rank")
WITH "songs" AS (
  SELECT
    "play_start_date" AS "play_date",
    "song_name",
    "song_artist",
    COUNT(DISTINCT "user_id") AS "uniq_users",
    COUNT(*) AS "listens"
  FROM "mart"."mart_song_play"
  WHERE
    "play_start_date" IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
  GROUP BY
    "play_start_date",
    "song_name",
    "song_artist"
), "ranked" AS (
  SELECT
    "play_date",
    "song_name",
    "song_artist",
    "uniq_users",
    "listens",
    ROW_NUMBER() OVER (
      PARTITION BY "play_date"
      ORDER BY "uniq_users" DESC NULLS LAST, "listens" DESC NULLS LAST, "song_name" NULLS LAST, "song_artist" NULLS LAST
    ) AS "rank"
  FROM "songs"
)
SELECT
  "play_date",
  "song_name",
  "song_artist",
  "uniq_users",
  "listens",
  "rank"
FROM "ranked"
WHERE
  "rank" <= 10;

SELECT
  COUNT(*)
FROM "mart"."mart_song_play_top_10_songs"
WHERE
  "play_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."play_date",
  "wrong_rows"."rank",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "play_date",
    "rank",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "play_date",
      "rank"
    FROM "mart"."mart_song_play_top_10_songs"
  ) AS "s1"
  GROUP BY
    "play_date",
    "rank"
  HAVING
    COUNT(*) > 1 OR "play_date" IS NULL OR "rank" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."play_date",
  "wrong_rows"."songs",
  "wrong_rows"."places",
  "wrong_rows"."last_place",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "play_date",
    COUNT(*) AS "songs",
    COUNT(DISTINCT "rank") AS "places",
    MAX("rank") AS "last_place"
  FROM "mart"."mart_song_play_top_10_songs"
  GROUP BY
    "play_date"
  HAVING
    COUNT(*) > 10
    OR COUNT(DISTINCT "rank") <> COUNT(*)
    OR MAX("rank") <> COUNT(*)
    OR MIN("rank") <> 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.mart_song_play_top_10_songs' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'mart.mart_song_play stage.auth_events stage.listen_events stage.page_view_events stage.status_change_events vault.hub_location_city vault.hub_location_geo vault.hub_location_zip vault.hub_song vault.hub_song_play vault.hub_user_agent vault.link_location_geo_zip vault.link_location_zip_city vault.link_song_play_context vault.nhl_authorization vault.sat_song_play_details' AS "inputs",
  '"play_date", "rank"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.mart_song_play_top_10_songs' AS "table_name",
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
  "play_date",
  COUNT(*)
FROM "mart"."mart_song_play_top_10_songs"
GROUP BY
  "play_date"
ORDER BY
  CASE WHEN "play_date" IS NULL THEN 1 ELSE 0 END,
  "play_date" DESC;
