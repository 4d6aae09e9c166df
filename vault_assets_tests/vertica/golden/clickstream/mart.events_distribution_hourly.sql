CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'batch.browser_events' AS "table_name",
    'browser_events' AS "stage"
  UNION ALL
  SELECT
    'batch.device_events' AS "table_name",
    'device_events' AS "stage"
  UNION ALL
  SELECT
    'batch.location_events' AS "table_name",
    'location_events' AS "stage"
  UNION ALL
  SELECT
    'raw.browser_events' AS "table_name",
    'browser_events' AS "stage"
  UNION ALL
  SELECT
    'raw.device_events' AS "table_name",
    'device_events' AS "stage"
  UNION ALL
  SELECT
    'raw.location_events' AS "table_name",
    'location_events' AS "stage"
  UNION ALL
  SELECT
    'stage.devices' AS "table_name",
    'device_events' AS "stage"
  UNION ALL
  SELECT
    'stage.transitions' AS "table_name",
    'browser_events' AS "stage"
  UNION ALL
  SELECT
    'stage.transitions' AS "table_name",
    'location_events' AS "stage"
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
      'mart.events_distribution_hourly',
      'batch.browser_events',
      'batch.browser_events',
      'batch.device_events',
      'batch.device_events',
      'batch.location_events',
      'batch.location_events',
      'raw.browser_events',
      'batch.browser_events',
      'raw.device_events',
      'batch.device_events',
      'raw.location_events',
      'batch.location_events',
      'stage.devices',
      'batch.device_events',
      'stage.transitions',
      'batch.browser_events',
      'stage.transitions',
      'batch.location_events'
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
    "table_name" = 'batch.' || "stage"
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
                'raw.browser_events',
                'raw.device_events',
                'raw.geo_events',
                'raw.location_events',
                'stage.events',
                'stage.devices',
                'stage.geo',
                'stage.session_info',
                'stage.transitions',
                'stage.conversion',
                'stage.purchases',
                'mart.events_distribution_hourly',
                'mart.purchased_products_count_hourly',
                'mart.click_conversion_rates_hourly',
                'mart.campaign_purchase_analysis_hourly',
                'mart.source_conversion_rate_hourly',
                'mart.top_performing_products',
                'mart.users_segments_agg',
                'mart.users_purchases_segments_agg',
                'mart.funnel_by_segment',
                'mart.user_segment_share',
                'mart.pages_before_purchase',
                'mart.products_paid',
                'mart.purchase_totals',
                'mart.load_hours'
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
    "table_name" = 'mart.events_distribution_hourly'
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

CREATE SCHEMA IF NOT EXISTS "mart";

CREATE TABLE IF NOT EXISTS "mart"."events_distribution_hourly" (
  "event" VARCHAR(65000),
  "date_part" TIMESTAMP,
  "os_name" VARCHAR(65000),
  "device_type" VARCHAR(65000),
  "browser_name" VARCHAR(65000),
  "cnt" INT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('hour', CAST("t"."value" AS TIMESTAMP)) AS TIMESTAMP) AS "partition_value"
  FROM (
    WITH "hours" AS (
      SELECT
        "source",
        CAST(COALESCE(
          REPLACE(
            REPLACE(
              REGEXP_SUBSTR("from_key", '"load_hour": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
              '\"',
              '"'
            ),
            '\\',
            '\'
          ),
          REGEXP_SUBSTR("from_key", '"load_hour": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
        ) AS TIMESTAMP) AS "load_hour"
      FROM "new_batches"
    ), "events" AS (
      SELECT
        "event_id"
      FROM "batch"."browser_events"
      WHERE
        "load_hour" IN (
          SELECT
            "load_hour"
          FROM "hours"
          WHERE
            "source" = 'browser_events'
        )
      UNION
      SELECT
        "event_id"
      FROM "batch"."location_events"
      WHERE
        "load_hour" IN (
          SELECT
            "load_hour"
          FROM "hours"
          WHERE
            "source" = 'location_events'
        )
    ), "sessions" AS (
      SELECT
        "click_id" AS "session_id"
      FROM "batch"."browser_events"
      WHERE
        "event_id" IN (
          SELECT
            "event_id"
          FROM "events"
        )
      UNION
      SELECT
        "click_id"
      FROM "batch"."device_events"
      WHERE
        "load_hour" IN (
          SELECT
            "load_hour"
          FROM "hours"
          WHERE
            "source" = 'device_events'
        )
      UNION
      SELECT
        "click_id"
      FROM "batch"."geo_events"
      WHERE
        "load_hour" IN (
          SELECT
            "load_hour"
          FROM "hours"
          WHERE
            "source" = 'geo_events'
        )
    )
    SELECT DISTINCT
      DATE_TRUNC('hour', "event_timestamp") AS "touched"
    FROM "batch"."browser_events"
    WHERE
      "click_id" IN (
        SELECT
          "session_id"
        FROM "sessions"
      )
  ) AS "t"("value")
  UNION ALL
  SELECT
    "date_part"
  FROM "mart"."events_distribution_hourly"
) AS "s1"
WHERE
  "partition_value" >= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."events_distribution_hourly";

INSERT INTO "mart"."events_distribution_hourly" ("event", "date_part", "os_name", "device_type", "browser_name", "cnt")
SELECT
  CASE
    WHEN LEFT("t"."page_url_path", CHARACTER_LENGTH('/product_')) = '/product_'
    THEN 'add product'
    WHEN "t"."page_url_path" = '/home'
    THEN 'go home'
    WHEN "t"."page_url_path" = '/cart'
    THEN 'go cart'
    WHEN "t"."page_url_path" = '/payment'
    THEN 'payment cart'
    WHEN "t"."page_url_path" = '/confirmation'
    THEN 'confirmation payment'
    ELSE 'other'
  END AS "event",
  DATE_TRUNC('hour', "t"."event_timestamp") AS "date_part",
  "d"."os_name",
  "d"."device_type",
  "t"."browser_name",
  COUNT(*) AS "cnt"
FROM "stage"."transitions" AS "t"
INNER JOIN "stage"."devices" AS "d"
  ON "d"."session_id" = "t"."session_id"
WHERE
  DATE_TRUNC('hour', "t"."event_timestamp") IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  )
GROUP BY
  CASE
    WHEN LEFT("t"."page_url_path", CHARACTER_LENGTH('/product_')) = '/product_'
    THEN 'add product'
    WHEN "t"."page_url_path" = '/home'
    THEN 'go home'
    WHEN "t"."page_url_path" = '/cart'
    THEN 'go cart'
    WHEN "t"."page_url_path" = '/payment'
    THEN 'payment cart'
    WHEN "t"."page_url_path" = '/confirmation'
    THEN 'confirmation payment'
    ELSE 'other'
  END,
  DATE_TRUNC('hour', "t"."event_timestamp"),
  "d"."os_name",
  "d"."device_type",
  "t"."browser_name";

SELECT
  COUNT(*)
FROM "mart"."events_distribution_hourly"
WHERE
  "date_part" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."date_part",
  "wrong_rows"."counted",
  "wrong_rows"."transitions",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "counted" AS (
    SELECT
      "date_part",
      SUM("cnt") AS "events"
    FROM "mart"."events_distribution_hourly"
    GROUP BY
      "date_part"
  ), "told" AS (
    SELECT
      DATE_TRUNC('hour', "event_timestamp") AS "date_part",
      COUNT(*) AS "events"
    FROM "stage"."transitions"
    WHERE
      "session_id" IN (
        SELECT
          "session_id"
        FROM "stage"."devices"
      )
    GROUP BY
      DATE_TRUNC('hour', "event_timestamp")
  )
  SELECT
    "p"."partition_value" AS "date_part",
    "c"."events" AS "counted",
    "t"."events" AS "transitions"
  FROM "changed_partitions" AS "p"
  LEFT JOIN "counted" AS "c"
    ON "c"."date_part" = "p"."partition_value"
  LEFT JOIN "told" AS "t"
    ON "t"."date_part" = "p"."partition_value"
  WHERE
    NOT ("c"."events" <=> "t"."events")
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.events_distribution_hourly' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events batch.device_events batch.location_events raw.browser_events raw.device_events raw.location_events stage.devices stage.transitions' AS "inputs",
  '' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.events_distribution_hourly' AS "table_name",
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
  "date_part",
  COUNT(*)
FROM "mart"."events_distribution_hourly"
GROUP BY
  "date_part"
ORDER BY
  CASE WHEN "date_part" IS NULL THEN 1 ELSE 0 END,
  "date_part" DESC;
