CREATE TABLE IF NOT EXISTS "vault"."effsat_user_plan" (
  "lk_user_plan" UUID NOT NULL,
  "hk_user" UUID NOT NULL,
  "effective_from_ts" TIMESTAMP,
  "effective_to_ts" TIMESTAMP,
  "effective_seq" INT,
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
    'vault.effsat_user_plan',
    'stage.auth_events',
    'stage.listen_events',
    'stage.page_view_events',
    'stage.status_change_events'
  );

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.effsat_user_plan' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.effsat_user_plan'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.effsat_user_plan';

CREATE LOCAL TEMPORARY TABLE "affected" ON COMMIT PRESERVE ROWS AS
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
FROM "stage"."status_change_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'status_change_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."hk_user" IS NULL
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
FROM "stage"."page_view_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."hk_user" IS NULL
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
FROM "stage"."listen_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'listen_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."hk_user" IS NULL
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
FROM "stage"."auth_events" AS "s"
INNER JOIN "pending" AS "p"
  ON "p"."stage" = 'auth_events' AND "p"."batch_id" = "s"."batch_id"
WHERE
  "p"."load_ts" <= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP)
  AND NOT "s"."hk_user" IS NULL
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
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
INNER JOIN (
  SELECT
    "hk_user",
    MIN("effective_from_ts") AS "_first"
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
  GROUP BY
    "hk_user"
) AS "t"
  ON (
    "t"."hk_user"
  ) = (
    "s"."hk_user"
  )
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
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
INNER JOIN (
  SELECT
    "hk_user",
    MIN("effective_from_ts") AS "_first"
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
  GROUP BY
    "hk_user"
) AS "t"
  ON (
    "t"."hk_user"
  ) = (
    "s"."hk_user"
  )
WHERE
  "s"."ts" <= "t"."_first"
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
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
INNER JOIN (
  SELECT
    "hk_user",
    MIN("effective_from_ts") AS "_first"
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
  GROUP BY
    "hk_user"
) AS "t"
  ON (
    "t"."hk_user"
  ) = (
    "s"."hk_user"
  )
WHERE
  "s"."ts" <= "t"."_first"
UNION
SELECT DISTINCT
  "s"."hk_user" AS "hk_user"
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
INNER JOIN (
  SELECT
    "hk_user",
    MIN("effective_from_ts") AS "_first"
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
  GROUP BY
    "hk_user"
) AS "t"
  ON (
    "t"."hk_user"
  ) = (
    "s"."hk_user"
  )
WHERE
  "s"."ts" <= "t"."_first";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."ts" AS "effective_from_ts",
    "s"."session_id" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    FALSE AS "_only_first",
    1 AS "_later",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
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
  UNION ALL
  SELECT
    "s"."lk_user_plan" AS "lk_user_plan",
    "s"."hk_user" AS "hk_user",
    "s"."ts" AS "effective_from_ts",
    "s"."session_id" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    TRUE AS "_only_first",
    0 AS "_later",
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
    "s"."ts" AS "effective_from_ts",
    "s"."session_id" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    TRUE AS "_only_first",
    0 AS "_later",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    2 AS "_rank"
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
    "s"."ts" AS "effective_from_ts",
    "s"."session_id" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    TRUE AS "_only_first",
    0 AS "_later",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    3 AS "_rank"
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
), "known" AS (
  SELECT DISTINCT
    "hk_user",
    TRUE AS "_is_known"
  FROM "vault"."effsat_user_plan"
  WHERE
    (
      "hk_user"
    ) IN (
      SELECT
        "hk_user"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_user_plan",
    "incoming"."hk_user",
    "incoming"."effective_from_ts",
    "incoming"."_order_0",
    "incoming"."_order_1",
    "incoming"."_only_first",
    "incoming"."_later",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."hk_user" IS NULL
      THEN 'null_key:hk_user'
      WHEN "incoming"."lk_user_plan" IS NULL
      THEN 'null_key:lk_user_plan'
      WHEN "incoming"."effective_from_ts" IS NULL
      THEN 'null_key:effective_from_ts'
    END AS "_reason"
  FROM "incoming"
), "placed" AS (
  SELECT
    "j"."lk_user_plan",
    "j"."hk_user",
    "j"."effective_from_ts",
    "j"."_order_0",
    "j"."_order_1",
    "j"."_only_first",
    "j"."_later",
    "j"."load_ts",
    "j"."record_source",
    "j"."batch_id",
    "j"."row_no",
    "j"."_rank",
    "j"."_reason",
    "j"."_reason" IS NULL AND "k"."_is_known" IS NULL AS "_may_count",
    ROW_NUMBER() OVER (
      PARTITION BY "j"."hk_user", "j"."_reason" IS NULL
      ORDER BY "j"."effective_from_ts" NULLS LAST, "j"."_later" NULLS LAST, "j"."_order_0" NULLS LAST, "j"."_order_1" NULLS LAST, "j"."load_ts" NULLS LAST, "j"."_rank" NULLS LAST, "j"."row_no" NULLS LAST
    ) AS "_place"
  FROM "judged" AS "j"
  LEFT JOIN "known" AS "k"
    ON (
      "k"."hk_user"
    ) = (
      "j"."hk_user"
    )
), "counted" AS (
  SELECT
    "placed"."lk_user_plan",
    "placed"."hk_user",
    "placed"."effective_from_ts",
    "placed"."_order_0",
    "placed"."_order_1",
    "placed"."_only_first",
    "placed"."_later",
    "placed"."load_ts",
    "placed"."record_source",
    "placed"."batch_id",
    "placed"."row_no",
    "placed"."_rank",
    "placed"."_reason",
    "placed"."_may_count",
    "placed"."_place",
    "_may_count" AND (
      "_place" = 1 OR NOT "_only_first"
    ) AS "_counts"
  FROM "placed"
), "compared" AS (
  SELECT
    "counted"."lk_user_plan",
    "counted"."hk_user",
    "counted"."effective_from_ts",
    "counted"."_order_0",
    "counted"."_order_1",
    "counted"."_only_first",
    "counted"."_later",
    "counted"."load_ts",
    "counted"."record_source",
    "counted"."batch_id",
    "counted"."row_no",
    "counted"."_rank",
    "counted"."_reason",
    "counted"."_may_count",
    "counted"."_place",
    "counted"."_counts",
    "_counts"
    AND NOT (LAG("lk_user_plan") OVER (PARTITION BY "hk_user", "_counts" ORDER BY "_place" NULLS LAST) <=> "lk_user_plan") AS "_opens"
  FROM "counted"
)
SELECT
  "compared"."lk_user_plan",
  "compared"."hk_user",
  "compared"."effective_from_ts",
  "compared"."_order_0",
  "compared"."_order_1",
  "compared"."_only_first",
  "compared"."_later",
  "compared"."load_ts",
  "compared"."record_source",
  "compared"."batch_id",
  "compared"."row_no",
  "compared"."_rank",
  "compared"."_reason",
  "compared"."_may_count",
  "compared"."_place",
  "compared"."_counts",
  "compared"."_opens",
  CASE
    WHEN "_opens"
    THEN LEAD("effective_from_ts") OVER (PARTITION BY "hk_user", "_opens" ORDER BY "_place" NULLS LAST)
  END AS "effective_to_ts",
  CASE
    WHEN "_opens"
    THEN ROW_NUMBER() OVER (
      PARTITION BY "hk_user", "_opens", "effective_from_ts"
      ORDER BY "_place" NULLS LAST
    ) - 1
  END AS "effective_seq",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN "_opens"
    THEN 'inserted'
    ELSE 'unchanged'
  END AS "_outcome"
FROM "compared";

INSERT INTO "vault"."effsat_user_plan" ("lk_user_plan", "hk_user", "effective_from_ts", "effective_to_ts", "effective_seq", "load_ts", "record_source", "batch_id")
SELECT
  "lk_user_plan",
  "hk_user",
  "effective_from_ts",
  "effective_to_ts",
  "effective_seq",
  "load_ts",
  "record_source",
  "batch_id"
FROM "decided"
WHERE
  "_outcome" = 'inserted';

CREATE LOCAL TEMPORARY TABLE "outcomes" ON COMMIT PRESERVE ROWS AS
WITH "counted" AS (
  SELECT
    "batch_id",
    COUNT(CASE WHEN "_outcome" = 'inserted' THEN 1 END) AS "inserted",
    COUNT(CASE WHEN "_outcome" = 'unchanged' THEN 1 END) AS "unchanged",
    COUNT(CASE WHEN "_outcome" = 'duplicate' THEN 1 END) AS "duplicate",
    COUNT(CASE WHEN "_outcome" = 'quarantined' THEN 1 END) AS "quarantined"
  FROM "decided"
  GROUP BY
    "batch_id"
)
SELECT
  "p"."stage",
  "p"."batch_id",
  "p"."load_ts",
  COALESCE("c"."inserted", 0) + COALESCE("c"."unchanged" + "c"."duplicate" + "c"."quarantined", 0) AS "rows_in",
  COALESCE("c"."inserted", 0) AS "inserted",
  COALESCE("c"."unchanged", 0) AS "unchanged",
  COALESCE("c"."duplicate", 0) AS "duplicate",
  COALESCE("c"."quarantined", 0) AS "quarantined"
FROM "pending" AS "p"
LEFT JOIN "counted" AS "c"
  ON "c"."batch_id" = "p"."batch_id"
WHERE
  NOT "p"."again";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "run_id", "applied_at")
SELECT
  'vault.effsat_user_plan' AS "table_name",
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
  "wrong_rows"."hk_user",
  "wrong_rows"."effective_from_ts",
  "wrong_rows"."effective_seq",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user",
    "effective_from_ts",
    "effective_seq",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."effsat_user_plan"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_user",
    "effective_from_ts",
    "effective_seq"
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
  "wrong_rows"."effective_from_ts",
  "wrong_rows"."effective_to_ts",
  "wrong_rows"."next_start",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "followed" AS (
    SELECT
      "effsat_user_plan"."lk_user_plan",
      "effsat_user_plan"."hk_user",
      "effsat_user_plan"."effective_from_ts",
      "effsat_user_plan"."effective_to_ts",
      "effsat_user_plan"."effective_seq",
      "effsat_user_plan"."load_ts",
      "effsat_user_plan"."record_source",
      "effsat_user_plan"."batch_id",
      LEAD("effective_from_ts") OVER (
        PARTITION BY "hk_user"
        ORDER BY "effective_from_ts" NULLS LAST, "effective_seq" NULLS LAST
      ) AS "next_start"
    FROM "vault"."effsat_user_plan"
    WHERE
      "batch_id" <> 'ghost'
      AND (
        "hk_user"
      ) IN (
        SELECT
          "hk_user"
        FROM "decided"
        WHERE
          "_outcome" = 'inserted'
      )
  )
  SELECT
    "hk_user",
    "effective_from_ts",
    "effective_to_ts",
    "next_start"
  FROM "followed"
  WHERE
    NOT ("effective_to_ts" <=> "next_start")
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."open_relations",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user",
    COUNT(CASE WHEN "effective_to_ts" IS NULL THEN 1 END) AS "open_relations"
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
    AND (
      "hk_user"
    ) IN (
      SELECT
        "hk_user"
      FROM "decided"
      WHERE
        "_outcome" = 'inserted'
    )
  GROUP BY
    "hk_user"
  HAVING
    COUNT(CASE WHEN "effective_to_ts" IS NULL THEN 1 END) <> 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."effsat_user_plan" ("lk_user_plan", "hk_user", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_user_plan",
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
