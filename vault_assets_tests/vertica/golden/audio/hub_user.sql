CREATE SCHEMA IF NOT EXISTS "vault";

CREATE TABLE IF NOT EXISTS "vault"."hub_user" (
  "hk_user" UUID NOT NULL,
  "user_id" INT,
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
    'vault.hub_user',
    'stage.auth_events',
    'stage.listen_events',
    'stage.page_view_events',
    'stage.status_change_events'
  );

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_user' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN (
    'stage.auth_events',
    'stage.listen_events',
    'stage.page_view_events',
    'stage.status_change_events'
  )
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.hub_user'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  "stage",
  "batch_id",
  "load_ts"
FROM "pending"
ORDER BY
  CASE WHEN "load_ts" IS NULL THEN 1 ELSE 0 END,
  "load_ts";

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.hub_user';

SELECT
  MIN("load_ts"),
  MAX("load_ts")
FROM "pending";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
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
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "auth_events"."batch_id",
      "auth_events"."load_ts",
      "auth_events"."row_no",
      "auth_events"."record_source",
      "auth_events"."ts",
      "auth_events"."session_id",
      "auth_events"."level",
      "auth_events"."item_in_session",
      "auth_events"."is_auth_successful",
      "auth_events"."city",
      "auth_events"."state",
      "auth_events"."zip",
      "auth_events"."user_agent",
      "auth_events"."lon",
      "auth_events"."lat",
      "auth_events"."user_id",
      "auth_events"."first_name",
      "auth_events"."last_name",
      "auth_events"."gender",
      "auth_events"."registration_ts",
      "auth_events"."tag",
      "auth_events"."event_id",
      "auth_events"."source",
      "auth_events"."hk_user",
      "auth_events"."hk_user_agent",
      "auth_events"."hk_plan",
      "auth_events"."hk_session",
      "auth_events"."hk_location_geo",
      "auth_events"."hk_location_zip",
      "auth_events"."hk_location_city",
      "auth_events"."hk_location_state",
      "auth_events"."lk_user_agent_user",
      "auth_events"."lk_location_geo_zip",
      "auth_events"."lk_location_zip_city",
      "auth_events"."lk_location_city_state",
      "auth_events"."lk_user_plan",
      "auth_events"."lk_authorization",
      "auth_events"."hd_nhl_authorization"
    FROM "stage"."auth_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    2 AS "_rank"
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
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    3 AS "_rank"
  FROM (
    SELECT
      "status_change_events"."batch_id",
      "status_change_events"."load_ts",
      "status_change_events"."row_no",
      "status_change_events"."record_source",
      "status_change_events"."ts",
      "status_change_events"."session_id",
      "status_change_events"."level",
      "status_change_events"."item_in_session",
      "status_change_events"."auth",
      "status_change_events"."city",
      "status_change_events"."state",
      "status_change_events"."zip",
      "status_change_events"."user_agent",
      "status_change_events"."lon",
      "status_change_events"."lat",
      "status_change_events"."user_id",
      "status_change_events"."first_name",
      "status_change_events"."last_name",
      "status_change_events"."gender",
      "status_change_events"."registration_ts",
      "status_change_events"."tag",
      "status_change_events"."event_id",
      "status_change_events"."plan_after",
      "status_change_events"."hk_user",
      "status_change_events"."hk_user_agent",
      "status_change_events"."hk_plan",
      "status_change_events"."hk_plan_before",
      "status_change_events"."hk_session",
      "status_change_events"."hk_location_geo",
      "status_change_events"."hk_location_zip",
      "status_change_events"."hk_location_city",
      "status_change_events"."hk_location_state",
      "status_change_events"."lk_user_agent_user",
      "status_change_events"."lk_location_geo_zip",
      "status_change_events"."lk_location_zip_city",
      "status_change_events"."lk_location_city_state",
      "status_change_events"."lk_user_plan"
    FROM "stage"."status_change_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'status_change_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "hk_user"
  FROM "vault"."hub_user"
  WHERE
    "hk_user" IN (
      SELECT
        "hk_user"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."hk_user",
    "incoming"."user_id",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_user" IS NULL THEN 'null_key:hk_user' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "hk_user"
  FROM "incoming"
  WHERE
    NOT "hk_user" IS NULL
  GROUP BY
    "hk_user"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."hk_user",
    "judged"."user_id",
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
    "judged"."hk_user",
    "judged"."user_id",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "hk_user" IN (
      SELECT
        "hk_user"
      FROM "repeated"
      UNION ALL
      SELECT
        "hk_user"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."hk_user",
    "doubtful"."user_id",
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
    "hk_user" IS NULL
    OR NOT "hk_user" IN (
      SELECT
        "hk_user"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."hk_user",
    "doubtful"."user_id",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_user"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "hk_user"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "hk_user" IN (
      SELECT
        "hk_user"
      FROM "repeated"
    )
)
SELECT
  "ranked"."hk_user",
  "ranked"."user_id",
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
    WHEN "_place" > 1 OR "hk_user" IN (
      SELECT
        "hk_user"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."hub_user" ("hk_user", "user_id", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
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
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    1 AS "_rank"
  FROM (
    SELECT
      "auth_events"."batch_id",
      "auth_events"."load_ts",
      "auth_events"."row_no",
      "auth_events"."record_source",
      "auth_events"."ts",
      "auth_events"."session_id",
      "auth_events"."level",
      "auth_events"."item_in_session",
      "auth_events"."is_auth_successful",
      "auth_events"."city",
      "auth_events"."state",
      "auth_events"."zip",
      "auth_events"."user_agent",
      "auth_events"."lon",
      "auth_events"."lat",
      "auth_events"."user_id",
      "auth_events"."first_name",
      "auth_events"."last_name",
      "auth_events"."gender",
      "auth_events"."registration_ts",
      "auth_events"."tag",
      "auth_events"."event_id",
      "auth_events"."source",
      "auth_events"."hk_user",
      "auth_events"."hk_user_agent",
      "auth_events"."hk_plan",
      "auth_events"."hk_session",
      "auth_events"."hk_location_geo",
      "auth_events"."hk_location_zip",
      "auth_events"."hk_location_city",
      "auth_events"."hk_location_state",
      "auth_events"."lk_user_agent_user",
      "auth_events"."lk_location_geo_zip",
      "auth_events"."lk_location_zip_city",
      "auth_events"."lk_location_city_state",
      "auth_events"."lk_user_plan",
      "auth_events"."lk_authorization",
      "auth_events"."hd_nhl_authorization"
    FROM "stage"."auth_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    2 AS "_rank"
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
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  UNION ALL
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."user_id" AS "user_id",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    3 AS "_rank"
  FROM (
    SELECT
      "status_change_events"."batch_id",
      "status_change_events"."load_ts",
      "status_change_events"."row_no",
      "status_change_events"."record_source",
      "status_change_events"."ts",
      "status_change_events"."session_id",
      "status_change_events"."level",
      "status_change_events"."item_in_session",
      "status_change_events"."auth",
      "status_change_events"."city",
      "status_change_events"."state",
      "status_change_events"."zip",
      "status_change_events"."user_agent",
      "status_change_events"."lon",
      "status_change_events"."lat",
      "status_change_events"."user_id",
      "status_change_events"."first_name",
      "status_change_events"."last_name",
      "status_change_events"."gender",
      "status_change_events"."registration_ts",
      "status_change_events"."tag",
      "status_change_events"."event_id",
      "status_change_events"."plan_after",
      "status_change_events"."hk_user",
      "status_change_events"."hk_user_agent",
      "status_change_events"."hk_plan",
      "status_change_events"."hk_plan_before",
      "status_change_events"."hk_session",
      "status_change_events"."hk_location_geo",
      "status_change_events"."hk_location_zip",
      "status_change_events"."hk_location_city",
      "status_change_events"."hk_location_state",
      "status_change_events"."lk_user_agent_user",
      "status_change_events"."lk_location_geo_zip",
      "status_change_events"."lk_location_zip_city",
      "status_change_events"."lk_location_city_state",
      "status_change_events"."lk_user_plan"
    FROM "stage"."status_change_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'status_change_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."hk_user",
  "i"."user_id",
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

SELECT
  COUNT(*)
FROM "decided"
WHERE
  "_outcome" = 'quarantined';

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
  FROM "vault"."hub_user"
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
  'vault.hub_user' AS "table_name",
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
  "outcomes"."stage",
  "outcomes"."batch_id",
  "outcomes"."load_ts",
  "outcomes"."rows_in",
  "outcomes"."inserted",
  "outcomes"."unchanged",
  "outcomes"."duplicate",
  "outcomes"."quarantined"
FROM "outcomes"
ORDER BY
  CASE WHEN "load_ts" IS NULL THEN 1 ELSE 0 END,
  "load_ts";

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."hub_user"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_user"
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
        NOT "user_id" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
    WHERE
      NOT "p"."again"
      AND "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "p"."batch_id"
    UNION ALL
    SELECT
      "p"."batch_id",
      COUNT(*) AS "rows_in"
    FROM (
      SELECT
        "auth_events"."batch_id",
        "auth_events"."load_ts",
        "auth_events"."row_no",
        "auth_events"."record_source",
        "auth_events"."ts",
        "auth_events"."session_id",
        "auth_events"."level",
        "auth_events"."item_in_session",
        "auth_events"."is_auth_successful",
        "auth_events"."city",
        "auth_events"."state",
        "auth_events"."zip",
        "auth_events"."user_agent",
        "auth_events"."lon",
        "auth_events"."lat",
        "auth_events"."user_id",
        "auth_events"."first_name",
        "auth_events"."last_name",
        "auth_events"."gender",
        "auth_events"."registration_ts",
        "auth_events"."tag",
        "auth_events"."event_id",
        "auth_events"."source",
        "auth_events"."hk_user",
        "auth_events"."hk_user_agent",
        "auth_events"."hk_plan",
        "auth_events"."hk_session",
        "auth_events"."hk_location_geo",
        "auth_events"."hk_location_zip",
        "auth_events"."hk_location_city",
        "auth_events"."hk_location_state",
        "auth_events"."lk_user_agent_user",
        "auth_events"."lk_location_geo_zip",
        "auth_events"."lk_location_zip_city",
        "auth_events"."lk_location_city_state",
        "auth_events"."lk_user_plan",
        "auth_events"."lk_authorization",
        "auth_events"."hd_nhl_authorization"
      FROM "stage"."auth_events"
      WHERE
        NOT "user_id" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
    WHERE
      NOT "p"."again"
      AND "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "p"."batch_id"
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
        NOT "user_id" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
    WHERE
      NOT "p"."again"
      AND "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "p"."batch_id"
    UNION ALL
    SELECT
      "p"."batch_id",
      COUNT(*) AS "rows_in"
    FROM (
      SELECT
        "status_change_events"."batch_id",
        "status_change_events"."load_ts",
        "status_change_events"."row_no",
        "status_change_events"."record_source",
        "status_change_events"."ts",
        "status_change_events"."session_id",
        "status_change_events"."level",
        "status_change_events"."item_in_session",
        "status_change_events"."auth",
        "status_change_events"."city",
        "status_change_events"."state",
        "status_change_events"."zip",
        "status_change_events"."user_agent",
        "status_change_events"."lon",
        "status_change_events"."lat",
        "status_change_events"."user_id",
        "status_change_events"."first_name",
        "status_change_events"."last_name",
        "status_change_events"."gender",
        "status_change_events"."registration_ts",
        "status_change_events"."tag",
        "status_change_events"."event_id",
        "status_change_events"."plan_after",
        "status_change_events"."hk_user",
        "status_change_events"."hk_user_agent",
        "status_change_events"."hk_plan",
        "status_change_events"."hk_plan_before",
        "status_change_events"."hk_session",
        "status_change_events"."hk_location_geo",
        "status_change_events"."hk_location_zip",
        "status_change_events"."hk_location_city",
        "status_change_events"."hk_location_state",
        "status_change_events"."lk_user_agent_user",
        "status_change_events"."lk_location_geo_zip",
        "status_change_events"."lk_location_zip_city",
        "status_change_events"."lk_location_city_state",
        "status_change_events"."lk_user_plan"
      FROM "stage"."status_change_events"
      WHERE
        NOT "user_id" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'status_change_events' AND "p"."batch_id" = "s"."batch_id"
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
  "wrong_rows"."hk_user",
  "wrong_rows"."user_id",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "d"."hk_user",
    "d"."user_id",
    "d"."batch_id",
    "d"."row_no"
  FROM "decided" AS "d"
  INNER JOIN (
    SELECT
      "hub_user"."hk_user",
      "hub_user"."user_id",
      "hub_user"."load_ts",
      "hub_user"."record_source",
      "hub_user"."batch_id"
    FROM "vault"."hub_user"
    WHERE
      "hk_user" IN (
        SELECT
          "hk_user"
        FROM "decided"
        WHERE
          "_outcome" IN ('unchanged', 'duplicate')
      )
  ) AS "h"
    ON "h"."hk_user" = "d"."hk_user"
  WHERE
    "d"."_outcome" IN ('unchanged', 'duplicate')
    AND NOT ((
      "d"."user_id"
    ) <=> (
      "h"."user_id"
    ))
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."user_id",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user",
    "user_id",
    "batch_id"
  FROM (
    SELECT
      "s1"."hk_user",
      "s1"."user_id",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "hub_user"."hk_user",
        "hub_user"."user_id",
        "hub_user"."load_ts",
        "hub_user"."record_source",
        "hub_user"."batch_id"
      FROM "vault"."hub_user"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "d"
  WHERE
    "batch_id" <> 'ghost'
    AND NOT ("hk_user" <=> CAST(MD5((
      COALESCE(COALESCE(CAST("user_id" AS VARCHAR(20)), '~N'), '') || '|'
    )) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."hub_user" ("hk_user", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_user",
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

DROP TABLE IF EXISTS "applied_before";

DROP TABLE IF EXISTS "pending";

DROP TABLE IF EXISTS "affected";

DROP TABLE IF EXISTS "touched";

DROP TABLE IF EXISTS "decided";

DROP TABLE IF EXISTS "outcomes";

DROP TABLE IF EXISTS "involved";

DROP TABLE IF EXISTS "resolved";

DROP TABLE IF EXISTS "written_rows";
