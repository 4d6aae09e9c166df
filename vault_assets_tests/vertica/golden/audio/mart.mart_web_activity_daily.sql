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
    'vault.hub_session' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_session' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_session' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_session' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_web_page' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.nhl_web_click' AS "table_name",
    'page_view_events' AS "stage"
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
      'mart.mart_web_activity_daily',
      'stage.auth_events',
      'stage.auth_events',
      'stage.listen_events',
      'stage.listen_events',
      'stage.page_view_events',
      'stage.page_view_events',
      'stage.status_change_events',
      'stage.status_change_events',
      'vault.hub_session',
      'stage.auth_events',
      'vault.hub_session',
      'stage.listen_events',
      'vault.hub_session',
      'stage.page_view_events',
      'vault.hub_session',
      'stage.status_change_events',
      'vault.hub_web_page',
      'stage.page_view_events',
      'vault.nhl_web_click',
      'stage.page_view_events'
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
    "table_name" = 'mart.mart_web_activity_daily'
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

CREATE TABLE IF NOT EXISTS "mart"."mart_web_activity_daily" (
  "date" DATE,
  "page" VARCHAR(65000),
  "views" INT,
  "uniq_sessions" INT,
  "anonymous_views" INT,
  "error_views" INT,
  "error_rate" FLOAT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    SELECT
      "s"."ts"
    FROM "stage"."page_view_events" AS "s"
    INNER JOIN "new_batches" AS "b"
      ON "b"."batch_id" = "s"."batch_id"
  ) AS "t"("value")
  UNION ALL
  SELECT
    "date"
  FROM "mart"."mart_web_activity_daily"
) AS "s1"
WHERE
  "partition_value" >= CAST('2018-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."mart_web_activity_daily";

INSERT INTO "mart"."mart_web_activity_daily" ("date", "page", "views", "uniq_sessions", "anonymous_views", "error_views", "error_rate")
WITH "clicks" AS (
  SELECT
    CAST("click"."click_ts" AS DATE) AS "date",
    "page"."page",
    "visit"."session_id",
    "visit"."user_id",
    "click"."http_status"
  FROM "vault"."nhl_web_click" AS "click"
  INNER JOIN "vault"."hub_web_page" AS "page"
    ON "click"."hk_web_page" = "page"."hk_web_page"
  INNER JOIN "vault"."hub_session" AS "visit"
    ON "click"."hk_session" = "visit"."hk_session"
  WHERE
    "click"."batch_id" <> 'ghost'
    AND CAST("click"."click_ts" AS DATE) IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
), "counted" AS (
  SELECT
    "date",
    "page",
    COUNT(*) AS "views",
    COUNT(DISTINCT "session_id") AS "uniq_sessions",
    COUNT(*) - COUNT("user_id") AS "anonymous_views",
    CAST(SUM(CASE WHEN "http_status" >= 400 THEN 1 ELSE 0 END) AS INT) AS "error_views"
  FROM "clicks"
  GROUP BY
    "date",
    "page"
)
SELECT
  "date",
  "page",
  "views",
  "uniq_sessions",
  "anonymous_views",
  "error_views",
  CAST(CAST("error_views" AS FLOAT) AS FLOAT) / NULLIF("views", 0) AS "error_rate"
FROM "counted";

SELECT
  COUNT(*)
FROM "mart"."mart_web_activity_daily"
WHERE
  "date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."date",
  "wrong_rows"."page",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "date",
    "page",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "date",
      "page"
    FROM "mart"."mart_web_activity_daily"
  ) AS "s1"
  GROUP BY
    "date",
    "page"
  HAVING
    COUNT(*) > 1 OR "date" IS NULL OR "page" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.mart_web_activity_daily' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.auth_events stage.listen_events stage.page_view_events stage.status_change_events vault.hub_session vault.hub_web_page vault.nhl_web_click' AS "inputs",
  '"date", "page"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.mart_web_activity_daily' AS "table_name",
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
  "date",
  COUNT(*)
FROM "mart"."mart_web_activity_daily"
GROUP BY
  "date"
ORDER BY
  CASE WHEN "date" IS NULL THEN 1 ELSE 0 END,
  "date" DESC;
