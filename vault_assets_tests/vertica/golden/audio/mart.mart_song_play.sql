CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
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
      'mart.mart_song_play',
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
    "table_name" = 'mart.mart_song_play'
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

CREATE LOCAL TEMPORARY TABLE "new_batches" ON COMMIT PRESERVE ROWS AS
SELECT
  "source",
  "batch_id",
  "load_ts",
  "from_key",
  "records",
  "loaded"
FROM "mart_batches"
WHERE
  FALSE;

CREATE LOCAL TEMPORARY TABLE "changed_partitions" (
  "partition_value" DATE
) ON COMMIT PRESERVE ROWS;

CREATE SCHEMA IF NOT EXISTS "mart";

CREATE TABLE IF NOT EXISTS "mart"."mart_song_play" (
  "user_id" INT,
  "song_played_sec" FLOAT,
  "play_start_ts" TIMESTAMP,
  "play_end_ts" TIMESTAMP,
  "play_start_date" DATE,
  "song_name" VARCHAR(65000),
  "song_artist" VARCHAR(65000),
  "user_agent" VARCHAR(65000),
  "location_city" VARCHAR(65000),
  "location_state" VARCHAR(65000),
  "location_latitude" FLOAT,
  "location_longitude" FLOAT
);

CREATE LOCAL TEMPORARY TABLE "new_batches" ON COMMIT PRESERVE ROWS AS
SELECT
  "source",
  "batch_id",
  "load_ts",
  "from_key",
  "records",
  "loaded"
FROM "mart_batches"
WHERE
  TRUE;

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
    "play_start_date"
  FROM "mart"."mart_song_play"
) AS "s1"
WHERE
  "partition_value" >= CAST('2018-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."mart_song_play";

INSERT INTO "mart"."mart_song_play" ("user_id", "song_played_sec", "play_start_ts", "play_end_ts", "play_start_date", "song_name", "song_artist", "user_agent", "location_city", "location_state", "location_latitude", "location_longitude")
WITH "plays" AS (
  SELECT
    "context"."lk_song_play_context",
    "context"."hk_song_play",
    "context"."hk_session",
    "context"."hk_song",
    "song_play"."user_id",
    "song_play"."play_start_ts"
  FROM "vault"."link_song_play_context" AS "context"
  INNER JOIN "vault"."hub_song_play" AS "song_play"
    ON "context"."hk_song_play" = "song_play"."hk_song_play"
  WHERE
    "context"."batch_id" <> 'ghost'
    AND CAST("song_play"."play_start_ts" AS DATE) IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
), "details" AS (
  SELECT
    "hk_song_play",
    "song_played_sec",
    "play_end_ts",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_song_play"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "version"
  FROM "vault"."sat_song_play_details"
  WHERE
    "batch_id" <> 'ghost'
), "candidates" AS (
  SELECT
    "plays"."lk_song_play_context",
    "seen"."hk_user_agent",
    "seen"."hk_location_geo",
    "seen"."authorization_ts",
    "seen"."source",
    "seen"."item_in_session",
    "seen"."event_id",
    CASE
      WHEN "seen"."is_auth_successful"
      AND "seen"."authorization_ts" <= "plays"."play_start_ts"
      THEN 1
      ELSE 0
    END AS "is_valid"
  FROM "plays"
  INNER JOIN "vault"."nhl_authorization" AS "seen"
    ON "plays"."hk_session" = "seen"."hk_session"
  WHERE
    "seen"."batch_id" <> 'ghost'
), "chosen" AS (
  SELECT
    "lk_song_play_context",
    "hk_user_agent",
    "hk_location_geo",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_song_play_context"
      ORDER BY "is_valid" DESC NULLS LAST, CASE WHEN "is_valid" = 1 THEN "authorization_ts" END DESC NULLS LAST, "authorization_ts" NULLS LAST, CASE WHEN "source" = 'auth' THEN 0 ELSE 1 END NULLS LAST, "item_in_session" NULLS LAST, "event_id" NULLS LAST
    ) AS "place"
  FROM "candidates"
), "points" AS (
  SELECT
    "hk_location_geo",
    CAST(CAST("latitude" AS VARCHAR(42)) AS FLOAT) AS "latitude",
    CAST(CAST("longitude" AS VARCHAR(42)) AS FLOAT) AS "longitude"
  FROM "vault"."hub_location_geo"
), "zips" AS (
  SELECT
    "pair"."hk_location_geo",
    "pair"."hk_location_zip",
    ROW_NUMBER() OVER (
      PARTITION BY "pair"."hk_location_geo"
      ORDER BY "pair"."load_ts" DESC NULLS LAST, "zip"."zip" NULLS LAST
    ) AS "place"
  FROM "vault"."link_location_geo_zip" AS "pair"
  INNER JOIN "vault"."hub_location_zip" AS "zip"
    ON "pair"."hk_location_zip" = "zip"."hk_location_zip"
  WHERE
    "pair"."batch_id" <> 'ghost'
), "cities" AS (
  SELECT
    "pair"."hk_location_zip",
    "city"."city",
    "city"."state",
    ROW_NUMBER() OVER (
      PARTITION BY "pair"."hk_location_zip"
      ORDER BY "pair"."load_ts" DESC NULLS LAST, "city"."city" NULLS LAST, "city"."state" NULLS LAST
    ) AS "place"
  FROM "vault"."link_location_zip_city" AS "pair"
  INNER JOIN "vault"."hub_location_city" AS "city"
    ON "pair"."hk_location_city" = "city"."hk_location_city"
  WHERE
    "pair"."batch_id" <> 'ghost'
)
SELECT
  "plays"."user_id",
  "details"."song_played_sec",
  "plays"."play_start_ts",
  "details"."play_end_ts",
  CAST("plays"."play_start_ts" AS DATE) AS "play_start_date",
  "song"."song_name",
  "song"."song_artist",
  "agent"."user_agent",
  "cities"."city" AS "location_city",
  "cities"."state" AS "location_state",
  "geo"."latitude" AS "location_latitude",
  "geo"."longitude" AS "location_longitude"
FROM "plays"
INNER JOIN "vault"."hub_song" AS "song"
  ON "plays"."hk_song" = "song"."hk_song"
LEFT JOIN "details"
  ON "plays"."hk_song_play" = "details"."hk_song_play" AND "details"."version" = 1
LEFT JOIN "chosen"
  ON "plays"."lk_song_play_context" = "chosen"."lk_song_play_context"
  AND "chosen"."place" = 1
LEFT JOIN "vault"."hub_user_agent" AS "agent"
  ON "chosen"."hk_user_agent" = "agent"."hk_user_agent"
LEFT JOIN "points" AS "geo"
  ON "chosen"."hk_location_geo" = "geo"."hk_location_geo"
LEFT JOIN "zips"
  ON "geo"."hk_location_geo" = "zips"."hk_location_geo" AND "zips"."place" = 1
LEFT JOIN "cities"
  ON "zips"."hk_location_zip" = "cities"."hk_location_zip" AND "cities"."place" = 1;

SELECT
  COUNT(*)
FROM "mart"."mart_song_play"
WHERE
  "play_start_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."date",
  "wrong_rows"."plays",
  "wrong_rows"."listens",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "plays" AS (
    SELECT
      "play_start_date" AS "date",
      COUNT(*) AS "plays"
    FROM "mart"."mart_song_play"
    GROUP BY
      "play_start_date"
  ), "listens" AS (
    SELECT
      "play_date" AS "date",
      COUNT(DISTINCT "lk_song_play_context") AS "listens"
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN (
        SELECT
          "batch_id"
        FROM "registry"."applied"
        WHERE
          "table_name" = 'vault.link_song_play_context'
      )
    GROUP BY
      "play_date"
  )
  SELECT
    "b"."partition_value" AS "date",
    "p"."plays",
    "l"."listens"
  FROM "changed_partitions" AS "b"
  LEFT JOIN "plays" AS "p"
    ON "p"."date" = "b"."partition_value"
  LEFT JOIN "listens" AS "l"
    ON "l"."date" = "b"."partition_value"
  WHERE
    NOT ("p"."plays" <=> "l"."listens")
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."play_date",
  "wrong_rows"."user_id",
  "wrong_rows"."session_id",
  "wrong_rows"."ts",
  "wrong_rows"."artist",
  "wrong_rows"."song",
  "wrong_rows"."listens",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "play_date",
    "user_id",
    "session_id",
    "ts",
    "artist",
    "song",
    COUNT(DISTINCT "event_id") AS "listens"
  FROM "stage"."listen_events"
  WHERE
    "play_date" IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
  GROUP BY
    "play_date",
    "user_id",
    "session_id",
    "ts",
    "artist",
    "song"
  HAVING
    COUNT(DISTINCT "event_id") > 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.mart_song_play' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.auth_events stage.listen_events stage.page_view_events stage.status_change_events vault.hub_location_city vault.hub_location_geo vault.hub_location_zip vault.hub_song vault.hub_song_play vault.hub_user_agent vault.link_location_geo_zip vault.link_location_zip_city vault.link_song_play_context vault.nhl_authorization vault.sat_song_play_details' AS "inputs",
  '' AS "unique_key";

CREATE OR REPLACE VIEW "registry"."model_freshness" AS
WITH "built" AS (
  SELECT
    "q3"."table_name",
    MAX("q3"."refreshed_at") AS "refreshed_at",
    MAX("q3"."changed_at") AS "changed_at",
    MAX(CASE WHEN "q3"."_place1" = 1 THEN "q3"."_value1" END) AS "inputs"
  FROM (
    SELECT
      "table_name" AS "table_name",
      "refreshed_at" AS "refreshed_at",
      "changed_at" AS "changed_at",
      CASE WHEN NOT "refreshed_at" IS NULL THEN "inputs" END AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY "table_name"
        ORDER BY CASE WHEN "inputs" IS NULL OR "refreshed_at" IS NULL THEN 1 ELSE 0 END NULLS LAST, "refreshed_at" DESC NULLS LAST
      ) AS "_place1"
    FROM "registry"."refreshed"
  ) AS "q3"
  GROUP BY
    "q3"."table_name"
), "changed" AS (
  SELECT
    "table_name",
    "changed_at"
  FROM "built"
  UNION ALL
  SELECT
    "table_name",
    MAX("applied_at") AS "changed_at"
  FROM "registry"."applied"
  WHERE
    NOT "table_name" IN (
      SELECT
        "table_name"
      FROM "built"
    )
  GROUP BY
    "table_name"
), "reads" AS (
  SELECT
    "q1"."table_name" AS "table_name",
    SPLIT_PART("q1"."_list", ' ', "q2"."n" + 1) AS "input"
  FROM (
    SELECT
      "inputs" AS "_list",
      "table_name"
    FROM "built"
  ) AS "q1"
  CROSS JOIN (
    SELECT
      "d0"."d" + "d1"."d" * 10 + "d2"."d" * 100 + "d3"."d" * 1000 + "d4"."d" * 10000 + "d5"."d" * 100000 AS "n"
    FROM (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d0"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d1"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d2"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d3"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d4"
    CROSS JOIN (
      SELECT
        0 AS "d"
      UNION ALL
      SELECT
        1 AS "d"
      UNION ALL
      SELECT
        2 AS "d"
      UNION ALL
      SELECT
        3 AS "d"
      UNION ALL
      SELECT
        4 AS "d"
      UNION ALL
      SELECT
        5 AS "d"
      UNION ALL
      SELECT
        6 AS "d"
      UNION ALL
      SELECT
        7 AS "d"
      UNION ALL
      SELECT
        8 AS "d"
      UNION ALL
      SELECT
        9 AS "d"
    ) AS "d5"
    WHERE
      "d0"."d" + "d1"."d" * 10 + "d2"."d" * 100 + "d3"."d" * 1000 + "d4"."d" * 10000 + "d5"."d" * 100000 <= (
        SELECT
          MAX(OCTET_LENGTH("m"."_list"))
        FROM (
          SELECT
            "inputs" AS "_list",
            "table_name"
          FROM "built"
        ) AS "m"
      )
  ) AS "q2"
  WHERE
    "q2"."n" <= OCTET_LENGTH("q1"."_list") - OCTET_LENGTH(REPLACE("q1"."_list", ' ', ''))
)
SELECT
  "b"."table_name",
  "b"."refreshed_at",
  "b"."changed_at",
  COUNT("c"."table_name") > 0 AS "is_stale",
  LISTAGG("c"."table_name" USING PARAMETERS separator=', ', max_length=65000) WITHIN GROUP (ORDER BY
    "c"."table_name") AS "newer_inputs"
FROM "built" AS "b"
LEFT JOIN "reads" AS "r"
  ON "r"."table_name" = "b"."table_name"
LEFT JOIN "changed" AS "c"
  ON "c"."table_name" = "r"."input" AND "c"."changed_at" > "b"."refreshed_at"
GROUP BY
  "b"."table_name",
  "b"."refreshed_at",
  "b"."changed_at";

SELECT
  BOOL_OR("is_new" AND "is_consumed")
FROM "mart_batches";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.mart_song_play' AS "table_name",
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
  "partition_value"
FROM "changed_partitions"
ORDER BY
  CASE WHEN "partition_value" IS NULL THEN 1 ELSE 0 END,
  "partition_value";

SELECT
  "play_start_date",
  COUNT(*)
FROM "mart"."mart_song_play"
GROUP BY
  "play_start_date"
ORDER BY
  CASE WHEN "play_start_date" IS NULL THEN 1 ELSE 0 END,
  "play_start_date" DESC;

DROP TABLE IF EXISTS "changed_partitions";

DROP TABLE IF EXISTS "mart_batches";

DROP TABLE IF EXISTS "new_batches";
