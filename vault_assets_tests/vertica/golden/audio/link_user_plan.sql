CREATE TABLE IF NOT EXISTS "vault"."link_user_plan" (
  "lk_user_plan" UUID NOT NULL,
  "hk_user" UUID NOT NULL,
  "hk_plan" UUID NOT NULL,
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
    'vault.link_user_plan',
    'stage.auth_events',
    'stage.listen_events',
    'stage.page_view_events',
    'stage.status_change_events'
  );

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.link_user_plan' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.link_user_plan'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.link_user_plan';

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "lk_user_plan"
  FROM "vault"."link_user_plan"
  WHERE
    "lk_user_plan" IN (
      SELECT
        "lk_user_plan"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_user_plan",
    "incoming"."hk_user",
    "incoming"."hk_plan",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."hk_user" IS NULL
      THEN 'null_key:hk_user'
      WHEN "incoming"."hk_plan" IS NULL
      THEN 'null_key:hk_plan'
    END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "lk_user_plan"
  FROM "incoming"
  WHERE
    NOT "lk_user_plan" IS NULL
  GROUP BY
    "lk_user_plan"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_user_plan",
    "judged"."hk_user",
    "judged"."hk_plan",
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
    "judged"."lk_user_plan",
    "judged"."hk_user",
    "judged"."hk_plan",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_user_plan" IN (
      SELECT
        "lk_user_plan"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_user_plan"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."lk_user_plan",
    "doubtful"."hk_user",
    "doubtful"."hk_plan",
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
    "lk_user_plan" IS NULL
    OR NOT "lk_user_plan" IN (
      SELECT
        "lk_user_plan"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."lk_user_plan",
    "doubtful"."hk_user",
    "doubtful"."hk_plan",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_user_plan"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "lk_user_plan"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "lk_user_plan" IN (
      SELECT
        "lk_user_plan"
      FROM "repeated"
    )
)
SELECT
  "ranked"."lk_user_plan",
  "ranked"."hk_user",
  "ranked"."hk_plan",
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
    WHEN "_place" > 1 OR "lk_user_plan" IN (
      SELECT
        "lk_user_plan"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."link_user_plan" ("lk_user_plan", "hk_user", "hk_plan", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."hk_plan" AS "hk_plan",
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
  "i"."lk_user_plan",
  "i"."hk_user",
  "i"."hk_plan",
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
  FROM "vault"."link_user_plan"
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
  'vault.link_user_plan' AS "table_name",
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
  "wrong_rows"."lk_user_plan",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_user_plan",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."link_user_plan"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_user_plan"
  HAVING
    COUNT(*) > 1
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
        "link_user_plan"."lk_user_plan",
        "link_user_plan"."hk_user",
        "link_user_plan"."hk_plan",
        "link_user_plan"."load_ts",
        "link_user_plan"."record_source",
        "link_user_plan"."batch_id"
      FROM "vault"."link_user_plan"
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
  ) AS "s1"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_user_plan",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "l"."lk_user_plan",
    "l"."batch_id"
  FROM (
    SELECT
      "s1"."lk_user_plan",
      "s1"."hk_user",
      "s1"."hk_plan",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "link_user_plan"."lk_user_plan",
        "link_user_plan"."hk_user",
        "link_user_plan"."hk_plan",
        "link_user_plan"."load_ts",
        "link_user_plan"."record_source",
        "link_user_plan"."batch_id"
      FROM "vault"."link_user_plan"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "l"
  INNER JOIN "vault"."hub_user" AS "hub_0"
    ON "hub_0"."hk_user" = "l"."hk_user"
  INNER JOIN "vault"."hub_plan" AS "hub_1"
    ON "hub_1"."hk_plan" = "l"."hk_plan"
  WHERE
    "l"."batch_id" <> 'ghost'
    AND NOT ("l"."lk_user_plan" <=> CAST(MD5(
      (
        COALESCE(COALESCE(CAST("hub_0"."user_id" AS VARCHAR(20)), '~N'), '') || '|' || COALESCE(
          COALESCE(
            CASE
              WHEN INSTR("hub_1"."plan_type", '~') > 0 OR INSTR("hub_1"."plan_type", '|') > 0
              THEN REPLACE(REPLACE("hub_1"."plan_type", '~', '~0'), '|', '~1')
              ELSE "hub_1"."plan_type"
            END,
            '~N'
          ),
          ''
        ) || '|'
      )
    ) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."link_user_plan" ("lk_user_plan", "hk_user", "hk_plan", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_user_plan",
  "hash_key" AS "hk_user",
  "hash_key" AS "hk_plan",
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
