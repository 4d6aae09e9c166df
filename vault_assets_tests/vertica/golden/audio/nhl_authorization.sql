CREATE TABLE IF NOT EXISTS "vault"."nhl_authorization" (
  "lk_authorization" UUID NOT NULL,
  "hk_session" UUID NOT NULL,
  "hk_user" UUID NOT NULL,
  "hk_user_agent" UUID NOT NULL,
  "hk_location_geo" UUID NOT NULL,
  "event_id" VARCHAR(65000),
  "authorization_ts" TIMESTAMP,
  "item_in_session" INT,
  "source" VARCHAR(65000),
  "is_auth_successful" BOOLEAN,
  "hashdiff" UUID NOT NULL,
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
  "table_name" IN ('vault.nhl_authorization', 'stage.auth_events', 'stage.listen_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.nhl_authorization' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.auth_events', 'stage.listen_events')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.nhl_authorization'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.nhl_authorization';

CREATE LOCAL TEMPORARY TABLE "affected" ON COMMIT PRESERVE ROWS AS
SELECT DISTINCT
  "s"."lk_authorization" AS "lk_authorization"
FROM "stage"."auth_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."lk_authorization" IS NULL
UNION
SELECT DISTINCT
  "s"."lk_authorization" AS "lk_authorization"
FROM "stage"."listen_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."lk_authorization" IS NULL
UNION
SELECT
  "t"."lk_authorization"
FROM "vault"."nhl_authorization" AS "t"
WHERE
  "t"."lk_authorization" IN (
    SELECT
      "lk_authorization"
    FROM "stage"."listen_events"
  )
  AND NOT "t"."lk_authorization" IN (
    SELECT
      "s"."lk_authorization"
    FROM (
      SELECT
        "listen_events"."batch_id",
        "listen_events"."load_ts",
        "listen_events"."row_no",
        "listen_events"."record_source",
        "listen_events"."ts",
        "listen_events"."session_id",
        "listen_events"."level",
        "listen_events"."item_in_session",
        "listen_events"."auth",
        "listen_events"."artist",
        "listen_events"."song",
        "listen_events"."duration",
        "listen_events"."city",
        "listen_events"."state",
        "listen_events"."zip",
        "listen_events"."user_agent",
        "listen_events"."lon",
        "listen_events"."lat",
        "listen_events"."user_id",
        "listen_events"."first_name",
        "listen_events"."last_name",
        "listen_events"."gender",
        "listen_events"."registration_ts",
        "listen_events"."tag",
        "listen_events"."event_id",
        "listen_events"."play_start_ts",
        "listen_events"."play_end_ts",
        "listen_events"."play_date",
        "listen_events"."song_number_in_session",
        "listen_events"."source",
        "listen_events"."is_auth_successful",
        "listen_events"."hk_user",
        "listen_events"."hk_user_agent",
        "listen_events"."hk_plan",
        "listen_events"."hk_session",
        "listen_events"."hk_song",
        "listen_events"."hk_artist",
        "listen_events"."hk_song_play",
        "listen_events"."hk_location_geo",
        "listen_events"."hk_location_zip",
        "listen_events"."hk_location_city",
        "listen_events"."hk_location_state",
        "listen_events"."lk_song_artist",
        "listen_events"."lk_song_play_context",
        "listen_events"."lk_user_agent_user",
        "listen_events"."lk_location_geo_zip",
        "listen_events"."lk_location_zip_city",
        "listen_events"."lk_location_city_state",
        "listen_events"."lk_user_plan",
        "listen_events"."lk_authorization",
        "listen_events"."hd_nhl_authorization",
        "listen_events"."hd_sat_song_play_details"
      FROM "stage"."listen_events"
      WHERE
        ("batch_id", "row_no") IN (
          SELECT
            "q2"."batch_id",
            "q2"."row_no"
          FROM (
            SELECT
              "batch_id",
              "row_no",
              ROW_NUMBER() OVER (
                PARTITION BY "user_id", "session_id", "play_date"
                ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
              ) AS "_w1"
            FROM "stage"."listen_events"
          ) AS "q2"
          WHERE
            "q2"."_w1" = 1
        )
    ) AS "s"
    WHERE
      NOT "s"."lk_authorization" IS NULL
  )
UNION
SELECT
  "s"."lk_authorization"
FROM (
  SELECT
    "listen_events"."batch_id",
    "listen_events"."load_ts",
    "listen_events"."row_no",
    "listen_events"."record_source",
    "listen_events"."ts",
    "listen_events"."session_id",
    "listen_events"."level",
    "listen_events"."item_in_session",
    "listen_events"."auth",
    "listen_events"."artist",
    "listen_events"."song",
    "listen_events"."duration",
    "listen_events"."city",
    "listen_events"."state",
    "listen_events"."zip",
    "listen_events"."user_agent",
    "listen_events"."lon",
    "listen_events"."lat",
    "listen_events"."user_id",
    "listen_events"."first_name",
    "listen_events"."last_name",
    "listen_events"."gender",
    "listen_events"."registration_ts",
    "listen_events"."tag",
    "listen_events"."event_id",
    "listen_events"."play_start_ts",
    "listen_events"."play_end_ts",
    "listen_events"."play_date",
    "listen_events"."song_number_in_session",
    "listen_events"."source",
    "listen_events"."is_auth_successful",
    "listen_events"."hk_user",
    "listen_events"."hk_user_agent",
    "listen_events"."hk_plan",
    "listen_events"."hk_session",
    "listen_events"."hk_song",
    "listen_events"."hk_artist",
    "listen_events"."hk_song_play",
    "listen_events"."hk_location_geo",
    "listen_events"."hk_location_zip",
    "listen_events"."hk_location_city",
    "listen_events"."hk_location_state",
    "listen_events"."lk_song_artist",
    "listen_events"."lk_song_play_context",
    "listen_events"."lk_user_agent_user",
    "listen_events"."lk_location_geo_zip",
    "listen_events"."lk_location_zip_city",
    "listen_events"."lk_location_city_state",
    "listen_events"."lk_user_plan",
    "listen_events"."lk_authorization",
    "listen_events"."hd_nhl_authorization",
    "listen_events"."hd_sat_song_play_details"
  FROM "stage"."listen_events"
  WHERE
    ("batch_id", "row_no") IN (
      SELECT
        "q1"."batch_id",
        "q1"."row_no"
      FROM (
        SELECT
          "batch_id",
          "row_no",
          ROW_NUMBER() OVER (
            PARTITION BY "user_id", "session_id", "play_date"
            ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
          ) AS "_w1"
        FROM "stage"."listen_events"
      ) AS "q1"
      WHERE
        "q1"."_w1" = 1
    )
) AS "s"
WHERE
  NOT "s"."lk_authorization" IS NULL
  AND NOT "s"."batch_id" IN (
    SELECT
      "batch_id"
    FROM "pending"
  )
  AND NOT "s"."lk_authorization" IN (
    SELECT
      "lk_authorization"
    FROM "vault"."nhl_authorization"
  );

SELECT
  COUNT(*)
FROM "affected";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_authorization" AS "lk_authorization",
    "s"."hk_session" AS "hk_session",
    COALESCE("s"."hk_user", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user",
    COALESCE("s"."hk_user_agent", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user_agent",
    COALESCE("s"."hk_location_geo", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_location_geo",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "authorization_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."source" AS "source",
    "s"."is_auth_successful" AS "is_auth_successful",
    "s"."hd_nhl_authorization" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."auth_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."lk_authorization" AS "lk_authorization",
    "s"."hk_session" AS "hk_session",
    COALESCE("s"."hk_user", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user",
    COALESCE("s"."hk_user_agent", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user_agent",
    COALESCE("s"."hk_location_geo", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_location_geo",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "authorization_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."source" AS "source",
    "s"."is_auth_successful" AS "is_auth_successful",
    "s"."hd_nhl_authorization" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "listen_events"."batch_id",
      "listen_events"."load_ts",
      "listen_events"."row_no",
      "listen_events"."record_source",
      "listen_events"."ts",
      "listen_events"."session_id",
      "listen_events"."level",
      "listen_events"."item_in_session",
      "listen_events"."auth",
      "listen_events"."artist",
      "listen_events"."song",
      "listen_events"."duration",
      "listen_events"."city",
      "listen_events"."state",
      "listen_events"."zip",
      "listen_events"."user_agent",
      "listen_events"."lon",
      "listen_events"."lat",
      "listen_events"."user_id",
      "listen_events"."first_name",
      "listen_events"."last_name",
      "listen_events"."gender",
      "listen_events"."registration_ts",
      "listen_events"."tag",
      "listen_events"."event_id",
      "listen_events"."play_start_ts",
      "listen_events"."play_end_ts",
      "listen_events"."play_date",
      "listen_events"."song_number_in_session",
      "listen_events"."source",
      "listen_events"."is_auth_successful",
      "listen_events"."hk_user",
      "listen_events"."hk_user_agent",
      "listen_events"."hk_plan",
      "listen_events"."hk_session",
      "listen_events"."hk_song",
      "listen_events"."hk_artist",
      "listen_events"."hk_song_play",
      "listen_events"."hk_location_geo",
      "listen_events"."hk_location_zip",
      "listen_events"."hk_location_city",
      "listen_events"."hk_location_state",
      "listen_events"."lk_song_artist",
      "listen_events"."lk_song_play_context",
      "listen_events"."lk_user_agent_user",
      "listen_events"."lk_location_geo_zip",
      "listen_events"."lk_location_zip_city",
      "listen_events"."lk_location_city_state",
      "listen_events"."lk_user_plan",
      "listen_events"."lk_authorization",
      "listen_events"."hd_nhl_authorization",
      "listen_events"."hd_sat_song_play_details"
    FROM "stage"."listen_events"
    WHERE
      ("batch_id", "row_no") IN (
        SELECT
          "q1"."batch_id",
          "q1"."row_no"
        FROM (
          SELECT
            "batch_id",
            "row_no",
            ROW_NUMBER() OVER (
              PARTITION BY "user_id", "session_id", "play_date"
              ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
            ) AS "_w1"
          FROM "stage"."listen_events"
        ) AS "q1"
        WHERE
          "q1"."_w1" = 1
      )
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "lk_authorization",
    "hashdiff" AS "_hashdiff"
  FROM "vault"."nhl_authorization"
  WHERE
    "lk_authorization" IN (
      SELECT
        "lk_authorization"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_authorization",
    "incoming"."hk_session",
    "incoming"."hk_user",
    "incoming"."hk_user_agent",
    "incoming"."hk_location_geo",
    "incoming"."event_id",
    "incoming"."authorization_ts",
    "incoming"."item_in_session",
    "incoming"."source",
    "incoming"."is_auth_successful",
    "incoming"."hashdiff",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."event_id" IS NULL THEN 'null_key:event_id' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "lk_authorization"
  FROM "incoming"
  WHERE
    NOT "lk_authorization" IS NULL
  GROUP BY
    "lk_authorization"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_authorization",
    "judged"."hk_session",
    "judged"."hk_user",
    "judged"."hk_user_agent",
    "judged"."hk_location_geo",
    "judged"."event_id",
    "judged"."authorization_ts",
    "judged"."item_in_session",
    "judged"."source",
    "judged"."is_auth_successful",
    "judged"."hashdiff",
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
    "judged"."lk_authorization",
    "judged"."hk_session",
    "judged"."hk_user",
    "judged"."hk_user_agent",
    "judged"."hk_location_geo",
    "judged"."event_id",
    "judged"."authorization_ts",
    "judged"."item_in_session",
    "judged"."source",
    "judged"."is_auth_successful",
    "judged"."hashdiff",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_authorization" IN (
      SELECT
        "lk_authorization"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_authorization"
      FROM "known"
    )
), "states" AS (
  SELECT
    "doubtful"."lk_authorization",
    "doubtful"."hk_session",
    "doubtful"."hk_user",
    "doubtful"."hk_user_agent",
    "doubtful"."hk_location_geo",
    "doubtful"."event_id",
    "doubtful"."authorization_ts",
    "doubtful"."item_in_session",
    "doubtful"."source",
    "doubtful"."is_auth_successful",
    "doubtful"."hashdiff",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    COALESCE(
      LAG("hashdiff") OVER (
        PARTITION BY "lk_authorization", "load_ts", "_reason" IS NULL
        ORDER BY "hashdiff" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
      ) = "hashdiff",
      FALSE
    ) AS "_is_copy",
    MIN("hashdiff") OVER (PARTITION BY "lk_authorization", "load_ts", "_reason" IS NULL) <> MAX("hashdiff") OVER (PARTITION BY "lk_authorization", "load_ts", "_reason" IS NULL) AS "_in_conflict"
  FROM "doubtful"
  WHERE
    "lk_authorization" IN (
      SELECT
        "lk_authorization"
      FROM "repeated"
    )
), "usable" AS (
  SELECT
    "states"."lk_authorization",
    "states"."hk_session",
    "states"."hk_user",
    "states"."hk_user_agent",
    "states"."hk_location_geo",
    "states"."event_id",
    "states"."authorization_ts",
    "states"."item_in_session",
    "states"."source",
    "states"."is_auth_successful",
    "states"."hashdiff",
    "states"."load_ts",
    "states"."record_source",
    "states"."batch_id",
    "states"."row_no",
    "states"."_rank",
    "states"."_is_copy",
    COALESCE("_reason", CASE WHEN "_in_conflict" THEN 'conflict' END) AS "_reason",
    "_reason" IS NULL AND NOT "_in_conflict" AND NOT "_is_copy" AS "_counts"
  FROM "states"
), "ranked" AS (
  SELECT
    "usable"."lk_authorization",
    "usable"."hk_session",
    "usable"."hk_user",
    "usable"."hk_user_agent",
    "usable"."hk_location_geo",
    "usable"."event_id",
    "usable"."authorization_ts",
    "usable"."item_in_session",
    "usable"."source",
    "usable"."is_auth_successful",
    "usable"."hashdiff",
    "usable"."load_ts",
    "usable"."record_source",
    "usable"."batch_id",
    "usable"."row_no",
    "usable"."_rank",
    "usable"."_is_copy",
    "usable"."_reason",
    FIRST_VALUE("hashdiff") OVER (
      PARTITION BY "lk_authorization", "_counts"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_hashdiff_first",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_authorization", "_counts"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place"
  FROM "usable"
  UNION ALL
  SELECT
    "doubtful"."lk_authorization",
    "doubtful"."hk_session",
    "doubtful"."hk_user",
    "doubtful"."hk_user_agent",
    "doubtful"."hk_location_geo",
    "doubtful"."event_id",
    "doubtful"."authorization_ts",
    "doubtful"."item_in_session",
    "doubtful"."source",
    "doubtful"."is_auth_successful",
    "doubtful"."hashdiff",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    FALSE AS "_is_copy",
    "doubtful"."_reason",
    "hashdiff" AS "_hashdiff_first",
    1 AS "_place"
  FROM "doubtful"
  WHERE
    "lk_authorization" IS NULL
    OR NOT "lk_authorization" IN (
      SELECT
        "lk_authorization"
      FROM "repeated"
    )
)
SELECT
  "r"."lk_authorization",
  "r"."hk_session",
  "r"."hk_user",
  "r"."hk_user_agent",
  "r"."hk_location_geo",
  "r"."event_id",
  "r"."authorization_ts",
  "r"."item_in_session",
  "r"."source",
  "r"."is_auth_successful",
  "r"."hashdiff",
  "r"."load_ts",
  "r"."record_source",
  "r"."batch_id",
  "r"."row_no",
  "r"."_rank",
  "r"."_is_copy",
  "r"."_reason",
  "r"."_hashdiff_first",
  "r"."_place",
  CASE
    WHEN NOT "r"."_reason" IS NULL
    THEN 'quarantined'
    WHEN "r"."_is_copy"
    THEN 'duplicate'
    WHEN NOT "k"."lk_authorization" IS NULL OR "r"."_place" > 1
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome",
  COALESCE("k"."_hashdiff", "r"."_hashdiff_first") <> "r"."hashdiff"
  AND "r"."_reason" IS NULL AS "_is_changed"
FROM "ranked" AS "r"
LEFT JOIN "known" AS "k"
  ON "k"."lk_authorization" = "r"."lk_authorization";

INSERT INTO "vault"."nhl_authorization" ("lk_authorization", "hk_session", "hk_user", "hk_user_agent", "hk_location_geo", "event_id", "authorization_ts", "item_in_session", "source", "is_auth_successful", "hashdiff", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_authorization" AS "lk_authorization",
    "s"."hk_session" AS "hk_session",
    COALESCE("s"."hk_user", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user",
    COALESCE("s"."hk_user_agent", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user_agent",
    COALESCE("s"."hk_location_geo", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_location_geo",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "authorization_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."source" AS "source",
    "s"."is_auth_successful" AS "is_auth_successful",
    "s"."hd_nhl_authorization" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."auth_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."lk_authorization" AS "lk_authorization",
    "s"."hk_session" AS "hk_session",
    COALESCE("s"."hk_user", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user",
    COALESCE("s"."hk_user_agent", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_user_agent",
    COALESCE("s"."hk_location_geo", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "hk_location_geo",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "authorization_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."source" AS "source",
    "s"."is_auth_successful" AS "is_auth_successful",
    "s"."hd_nhl_authorization" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "listen_events"."batch_id",
      "listen_events"."load_ts",
      "listen_events"."row_no",
      "listen_events"."record_source",
      "listen_events"."ts",
      "listen_events"."session_id",
      "listen_events"."level",
      "listen_events"."item_in_session",
      "listen_events"."auth",
      "listen_events"."artist",
      "listen_events"."song",
      "listen_events"."duration",
      "listen_events"."city",
      "listen_events"."state",
      "listen_events"."zip",
      "listen_events"."user_agent",
      "listen_events"."lon",
      "listen_events"."lat",
      "listen_events"."user_id",
      "listen_events"."first_name",
      "listen_events"."last_name",
      "listen_events"."gender",
      "listen_events"."registration_ts",
      "listen_events"."tag",
      "listen_events"."event_id",
      "listen_events"."play_start_ts",
      "listen_events"."play_end_ts",
      "listen_events"."play_date",
      "listen_events"."song_number_in_session",
      "listen_events"."source",
      "listen_events"."is_auth_successful",
      "listen_events"."hk_user",
      "listen_events"."hk_user_agent",
      "listen_events"."hk_plan",
      "listen_events"."hk_session",
      "listen_events"."hk_song",
      "listen_events"."hk_artist",
      "listen_events"."hk_song_play",
      "listen_events"."hk_location_geo",
      "listen_events"."hk_location_zip",
      "listen_events"."hk_location_city",
      "listen_events"."hk_location_state",
      "listen_events"."lk_song_artist",
      "listen_events"."lk_song_play_context",
      "listen_events"."lk_user_agent_user",
      "listen_events"."lk_location_geo_zip",
      "listen_events"."lk_location_zip_city",
      "listen_events"."lk_location_city_state",
      "listen_events"."lk_user_plan",
      "listen_events"."lk_authorization",
      "listen_events"."hd_nhl_authorization",
      "listen_events"."hd_sat_song_play_details"
    FROM "stage"."listen_events"
    WHERE
      ("batch_id", "row_no") IN (
        SELECT
          "q1"."batch_id",
          "q1"."row_no"
        FROM (
          SELECT
            "batch_id",
            "row_no",
            ROW_NUMBER() OVER (
              PARTITION BY "user_id", "session_id", "play_date"
              ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
            ) AS "_w1"
          FROM "stage"."listen_events"
        ) AS "q1"
        WHERE
          "q1"."_w1" = 1
      )
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."lk_authorization",
  "i"."hk_session",
  "i"."hk_user",
  "i"."hk_user_agent",
  "i"."hk_location_geo",
  "i"."event_id",
  "i"."authorization_ts",
  "i"."item_in_session",
  "i"."source",
  "i"."is_auth_successful",
  "i"."hashdiff",
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
  FROM "vault"."nhl_authorization"
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
  'vault.nhl_authorization' AS "table_name",
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
  "wrong_rows"."lk_authorization",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_authorization",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."nhl_authorization"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_authorization"
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
      NOT "p"."again" AND "a"."table_name" = 'stage.auth_events'
    UNION ALL
    SELECT
      "p"."batch_id",
      COUNT(*) AS "rows_in"
    FROM (
      SELECT
        "listen_events"."batch_id",
        "listen_events"."load_ts",
        "listen_events"."row_no",
        "listen_events"."record_source",
        "listen_events"."ts",
        "listen_events"."session_id",
        "listen_events"."level",
        "listen_events"."item_in_session",
        "listen_events"."auth",
        "listen_events"."artist",
        "listen_events"."song",
        "listen_events"."duration",
        "listen_events"."city",
        "listen_events"."state",
        "listen_events"."zip",
        "listen_events"."user_agent",
        "listen_events"."lon",
        "listen_events"."lat",
        "listen_events"."user_id",
        "listen_events"."first_name",
        "listen_events"."last_name",
        "listen_events"."gender",
        "listen_events"."registration_ts",
        "listen_events"."tag",
        "listen_events"."event_id",
        "listen_events"."play_start_ts",
        "listen_events"."play_end_ts",
        "listen_events"."play_date",
        "listen_events"."song_number_in_session",
        "listen_events"."source",
        "listen_events"."is_auth_successful",
        "listen_events"."hk_user",
        "listen_events"."hk_user_agent",
        "listen_events"."hk_plan",
        "listen_events"."hk_session",
        "listen_events"."hk_song",
        "listen_events"."hk_artist",
        "listen_events"."hk_song_play",
        "listen_events"."hk_location_geo",
        "listen_events"."hk_location_zip",
        "listen_events"."hk_location_city",
        "listen_events"."hk_location_state",
        "listen_events"."lk_song_artist",
        "listen_events"."lk_song_play_context",
        "listen_events"."lk_user_agent_user",
        "listen_events"."lk_location_geo_zip",
        "listen_events"."lk_location_zip_city",
        "listen_events"."lk_location_city_state",
        "listen_events"."lk_user_plan",
        "listen_events"."lk_authorization",
        "listen_events"."hd_nhl_authorization",
        "listen_events"."hd_sat_song_play_details"
      FROM "stage"."listen_events"
      WHERE
        ("batch_id", "row_no") IN (
          SELECT
            "q1"."batch_id",
            "q1"."row_no"
          FROM (
            SELECT
              "batch_id",
              "row_no",
              ROW_NUMBER() OVER (
                PARTITION BY "user_id", "session_id", "play_date"
                ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
              ) AS "_w1"
            FROM "stage"."listen_events"
          ) AS "q1"
          WHERE
            "q1"."_w1" = 1
        )
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
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
      'vault.hub_user' AS "parent",
      "t"."hk_user" AS "missing_key",
      "t"."batch_id"
    FROM (
      SELECT
        "nhl_authorization"."lk_authorization",
        "nhl_authorization"."hk_session",
        "nhl_authorization"."hk_user",
        "nhl_authorization"."hk_user_agent",
        "nhl_authorization"."hk_location_geo",
        "nhl_authorization"."event_id",
        "nhl_authorization"."authorization_ts",
        "nhl_authorization"."item_in_session",
        "nhl_authorization"."source",
        "nhl_authorization"."is_auth_successful",
        "nhl_authorization"."hashdiff",
        "nhl_authorization"."load_ts",
        "nhl_authorization"."record_source",
        "nhl_authorization"."batch_id"
      FROM "vault"."nhl_authorization"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "t"
    WHERE
      NOT "t"."hk_user" IS NULL
      AND NOT EXISTS(
        SELECT
          1
        FROM "vault"."hub_user" AS "p"
        WHERE
          "p"."hk_user" = "t"."hk_user"
      )
    UNION ALL
    SELECT
      'vault.hub_user_agent' AS "parent",
      "t"."hk_user_agent" AS "missing_key",
      "t"."batch_id"
    FROM (
      SELECT
        "nhl_authorization"."lk_authorization",
        "nhl_authorization"."hk_session",
        "nhl_authorization"."hk_user",
        "nhl_authorization"."hk_user_agent",
        "nhl_authorization"."hk_location_geo",
        "nhl_authorization"."event_id",
        "nhl_authorization"."authorization_ts",
        "nhl_authorization"."item_in_session",
        "nhl_authorization"."source",
        "nhl_authorization"."is_auth_successful",
        "nhl_authorization"."hashdiff",
        "nhl_authorization"."load_ts",
        "nhl_authorization"."record_source",
        "nhl_authorization"."batch_id"
      FROM "vault"."nhl_authorization"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "t"
    WHERE
      NOT "t"."hk_user_agent" IS NULL
      AND NOT EXISTS(
        SELECT
          1
        FROM "vault"."hub_user_agent" AS "p"
        WHERE
          "p"."hk_user_agent" = "t"."hk_user_agent"
      )
    UNION ALL
    SELECT
      'vault.hub_location_geo' AS "parent",
      "t"."hk_location_geo" AS "missing_key",
      "t"."batch_id"
    FROM (
      SELECT
        "nhl_authorization"."lk_authorization",
        "nhl_authorization"."hk_session",
        "nhl_authorization"."hk_user",
        "nhl_authorization"."hk_user_agent",
        "nhl_authorization"."hk_location_geo",
        "nhl_authorization"."event_id",
        "nhl_authorization"."authorization_ts",
        "nhl_authorization"."item_in_session",
        "nhl_authorization"."source",
        "nhl_authorization"."is_auth_successful",
        "nhl_authorization"."hashdiff",
        "nhl_authorization"."load_ts",
        "nhl_authorization"."record_source",
        "nhl_authorization"."batch_id"
      FROM "vault"."nhl_authorization"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "t"
    WHERE
      NOT "t"."hk_location_geo" IS NULL
      AND NOT EXISTS(
        SELECT
          1
        FROM "vault"."hub_location_geo" AS "p"
        WHERE
          "p"."hk_location_geo" = "t"."hk_location_geo"
      )
  ) AS "s1"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_authorization",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_authorization",
    "batch_id",
    "row_no"
  FROM "decided"
  WHERE
    "_is_changed" AND "_outcome" = 'unchanged'
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."event_id",
  "wrong_rows"."batch_id",
  "wrong_rows"."problem",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "expected" AS (
    SELECT
      "event_id",
      "batch_id"
    FROM "stage"."auth_events"
    UNION ALL
    SELECT
      "q1"."event_id",
      "q1"."batch_id"
    FROM (
      SELECT
        "event_id",
        "batch_id",
        ROW_NUMBER() OVER (
          PARTITION BY "user_id", "session_id", "play_date"
          ORDER BY "ts" NULLS LAST, "item_in_session" NULLS LAST, "load_ts" NULLS LAST, "row_no" NULLS LAST
        ) AS "_w1"
      FROM "stage"."listen_events"
    ) AS "q1"
    WHERE
      "q1"."_w1" = 1
  ), "loaded" AS (
    SELECT
      "event_id",
      "batch_id"
    FROM "vault"."nhl_authorization"
    WHERE
      "batch_id" <> 'ghost'
  )
  SELECT
    "event_id",
    "batch_id",
    'not loaded' AS "problem"
  FROM "expected"
  WHERE
    NOT "event_id" IN (
      SELECT
        "event_id"
      FROM "loaded"
    )
    AND "batch_id" IN (
      SELECT
        "batch_id"
      FROM "registry"."applied"
      WHERE
        "table_name" = 'vault.nhl_authorization'
    )
    AND NOT "event_id" IN (
      SELECT
        "s"."event_id"
      FROM "stage"."auth_events" AS "s"
      INNER JOIN "stage"."auth_events_quarantine" AS "q"
        ON "q"."batch_id" = "s"."batch_id" AND "q"."row_no" = "s"."row_no"
      WHERE
        "q"."table_name" = 'vault.nhl_authorization'
      UNION ALL
      SELECT
        "s"."event_id"
      FROM "stage"."listen_events" AS "s"
      INNER JOIN "stage"."listen_events_quarantine" AS "q"
        ON "q"."batch_id" = "s"."batch_id" AND "q"."row_no" = "s"."row_no"
      WHERE
        "q"."table_name" = 'vault.nhl_authorization'
    )
  UNION ALL
  SELECT
    "event_id",
    "batch_id",
    'not expected' AS "problem"
  FROM "loaded"
  WHERE
    NOT "event_id" IN (
      SELECT
        "event_id"
      FROM "expected"
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."nhl_authorization" ("lk_authorization", "hk_session", "hk_user", "hk_user_agent", "hk_location_geo", "hashdiff", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_authorization",
  "hash_key" AS "hk_session",
  "hash_key" AS "hk_user",
  "hash_key" AS "hk_user_agent",
  "hash_key" AS "hk_location_geo",
  "hash_key" AS "hashdiff",
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
