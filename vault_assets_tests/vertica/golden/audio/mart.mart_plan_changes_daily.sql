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
    'vault.effsat_user_plan' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.effsat_user_plan' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.effsat_user_plan' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.effsat_user_plan' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_plan' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_plan' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_plan' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.hub_plan' AS "table_name",
    'status_change_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_user_plan' AS "table_name",
    'auth_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_user_plan' AS "table_name",
    'listen_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_user_plan' AS "table_name",
    'page_view_events' AS "stage"
  UNION ALL
  SELECT
    'vault.link_user_plan' AS "table_name",
    'status_change_events' AS "stage"
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
      'mart.mart_plan_changes_daily',
      'stage.auth_events',
      'stage.auth_events',
      'stage.listen_events',
      'stage.listen_events',
      'stage.page_view_events',
      'stage.page_view_events',
      'stage.status_change_events',
      'stage.status_change_events',
      'vault.effsat_user_plan',
      'stage.auth_events',
      'vault.effsat_user_plan',
      'stage.listen_events',
      'vault.effsat_user_plan',
      'stage.page_view_events',
      'vault.effsat_user_plan',
      'stage.status_change_events',
      'vault.hub_plan',
      'stage.auth_events',
      'vault.hub_plan',
      'stage.listen_events',
      'vault.hub_plan',
      'stage.page_view_events',
      'vault.hub_plan',
      'stage.status_change_events',
      'vault.link_user_plan',
      'stage.auth_events',
      'vault.link_user_plan',
      'stage.listen_events',
      'vault.link_user_plan',
      'stage.page_view_events',
      'vault.link_user_plan',
      'stage.status_change_events',
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
    "table_name" = 'mart.mart_plan_changes_daily'
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

CREATE TABLE IF NOT EXISTS "mart"."mart_plan_changes_daily" (
  "date" DATE,
  "upgrades" INT,
  "downgrades" INT,
  "paid_users" INT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    WITH "days" AS (
      SELECT
        CAST("ts" AS DATE) AS "date"
      FROM "stage"."page_view_events"
      UNION
      SELECT
        CAST("effective_from_ts" AS DATE)
      FROM "vault"."effsat_user_plan"
      WHERE
        "batch_id" <> 'ghost'
    ), "began" AS (
      SELECT
        MIN("found"."day") AS "day"
      FROM (
        SELECT
          CAST("held"."effective_from_ts" AS DATE) AS "day"
        FROM "vault"."effsat_user_plan" AS "held"
        INNER JOIN "new_batches" AS "b"
          ON "b"."batch_id" = "held"."batch_id"
        UNION ALL
        SELECT
          CAST("s"."ts" AS DATE)
        FROM "stage"."status_change_events" AS "s"
        INNER JOIN "new_batches" AS "b"
          ON "b"."batch_id" = "s"."batch_id"
      ) AS "found"
    )
    SELECT
      "days"."date"
    FROM "days"
    INNER JOIN "began"
      ON "days"."date" >= "began"."day"
    UNION
    SELECT
      CAST("s"."ts" AS DATE)
    FROM "stage"."page_view_events" AS "s"
    INNER JOIN "new_batches" AS "b"
      ON "b"."batch_id" = "s"."batch_id"
  ) AS "t"("value")
  UNION ALL
  SELECT
    "date"
  FROM "mart"."mart_plan_changes_daily"
) AS "s1"
WHERE
  "partition_value" >= CAST('2018-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."mart_plan_changes_daily";

INSERT INTO "mart"."mart_plan_changes_daily" ("date", "upgrades", "downgrades", "paid_users")
WITH "days" AS (
  SELECT
    CAST("click_ts" AS DATE) AS "date"
  FROM "vault"."nhl_web_click"
  WHERE
    "batch_id" <> 'ghost'
  UNION
  SELECT
    CAST("effective_from_ts" AS DATE)
  FROM "vault"."effsat_user_plan"
  WHERE
    "batch_id" <> 'ghost'
), "relations" AS (
  SELECT
    "held"."hk_user",
    "held"."effective_from_ts",
    "held"."effective_to_ts",
    CASE WHEN "held"."record_source" = 'status_change_events' THEN 1 ELSE 0 END AS "is_change",
    "plan"."plan_type"
  FROM "vault"."effsat_user_plan" AS "held"
  INNER JOIN "vault"."link_user_plan" AS "pair"
    ON "held"."lk_user_plan" = "pair"."lk_user_plan"
  INNER JOIN "vault"."hub_plan" AS "plan"
    ON "pair"."hk_plan" = "plan"."hk_plan"
  WHERE
    "held"."batch_id" <> 'ghost'
), "changes" AS (
  SELECT
    CAST("effective_from_ts" AS DATE) AS "date",
    SUM(CASE WHEN "plan_type" = 'paid' THEN 1 ELSE 0 END) AS "upgrades",
    SUM(CASE WHEN "plan_type" = 'free' THEN 1 ELSE 0 END) AS "downgrades"
  FROM "relations"
  WHERE
    "is_change" = 1
  GROUP BY
    CAST("effective_from_ts" AS DATE)
), "paid" AS (
  SELECT
    "days"."date",
    COUNT(DISTINCT "relations"."hk_user") AS "users"
  FROM "days"
  INNER JOIN "relations"
    ON CAST("relations"."effective_from_ts" AS DATE) <= "days"."date"
    AND (
      "relations"."effective_to_ts" IS NULL
      OR CAST("relations"."effective_to_ts" AS DATE) > "days"."date"
    )
  WHERE
    "relations"."plan_type" = 'paid'
    AND "days"."date" IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
  GROUP BY
    "days"."date"
)
SELECT
  "days"."date",
  CAST(COALESCE("changes"."upgrades", 0) AS INT) AS "upgrades",
  CAST(COALESCE("changes"."downgrades", 0) AS INT) AS "downgrades",
  CAST(COALESCE("paid"."users", 0) AS INT) AS "paid_users"
FROM "days"
LEFT JOIN "changes"
  ON "days"."date" = "changes"."date"
LEFT JOIN "paid"
  ON "days"."date" = "paid"."date"
WHERE
  "days"."date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  COUNT(*)
FROM "mart"."mart_plan_changes_daily"
WHERE
  "date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."date",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "date",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "date"
    FROM "mart"."mart_plan_changes_daily"
  ) AS "s1"
  GROUP BY
    "date"
  HAVING
    COUNT(*) > 1 OR "date" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.mart_plan_changes_daily' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.auth_events stage.listen_events stage.page_view_events stage.status_change_events vault.effsat_user_plan vault.hub_plan vault.link_user_plan vault.nhl_web_click' AS "inputs",
  '"date"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.mart_plan_changes_daily' AS "table_name",
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
FROM "mart"."mart_plan_changes_daily"
GROUP BY
  "date"
ORDER BY
  CASE WHEN "date" IS NULL THEN 1 ELSE 0 END,
  "date" DESC;
