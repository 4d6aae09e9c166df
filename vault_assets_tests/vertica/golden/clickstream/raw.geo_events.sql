CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'batch.geo_events' AS "table_name",
    'geo_events' AS "stage"
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
    "table_name" IN ('raw.geo_events', 'batch.geo_events', 'batch.geo_events')
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
    "table_name" = 'raw.geo_events'
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

CREATE TABLE IF NOT EXISTS "raw"."geo_events" (
  "click_id" UUID,
  "geo_latitude" VARCHAR(65000),
  "geo_longitude" VARCHAR(65000),
  "geo_country" VARCHAR(65000),
  "geo_timezone" VARCHAR(65000),
  "geo_region_name" VARCHAR(65000),
  "ip_address" VARCHAR(65000),
  "source_file" VARCHAR(65000),
  "load_hour" TIMESTAMP
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('hour', CAST("t"."value" AS TIMESTAMP)) AS TIMESTAMP) AS "partition_value"
  FROM (
    SELECT
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
  ) AS "t"("value")
  UNION ALL
  SELECT
    "load_hour"
  FROM "raw"."geo_events"
) AS "s1"
WHERE
  "partition_value" >= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "raw"."geo_events";

INSERT INTO "raw"."geo_events" ("click_id", "geo_latitude", "geo_longitude", "geo_country", "geo_timezone", "geo_region_name", "ip_address", "source_file", "load_hour")
WITH "newest" AS (
  SELECT
    CAST(COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("q1"."from_key", '"load_hour": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR(
        "q1"."from_key",
        '"load_hour": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)',
        1,
        1,
        '',
        1
      )
    ) AS TIMESTAMP) AS "load_hour",
    MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END) AS "batch_id"
  FROM (
    SELECT
      "from_key" AS "from_key",
      CASE WHEN NOT "load_ts" IS NULL THEN "batch_id" END AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY COALESCE(
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
        )
        ORDER BY CASE WHEN "batch_id" IS NULL OR "load_ts" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" DESC NULLS LAST
      ) AS "_place1"
    FROM "mart_batches"
    WHERE
      "source" = 'geo_events' AND (
        "loaded" > 0 OR "records" = 0
      )
  ) AS "q1"
  GROUP BY
    COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("q1"."from_key", '"load_hour": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR(
        "q1"."from_key",
        '"load_hour": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)',
        1,
        1,
        '',
        1
      )
    )
)
SELECT
  "s"."click_id",
  "s"."geo_latitude",
  "s"."geo_longitude",
  "s"."geo_country",
  "s"."geo_timezone",
  "s"."geo_region_name",
  "s"."ip_address",
  "s"."source_file",
  "s"."load_hour"
FROM "batch"."geo_events" AS "s"
INNER JOIN "newest" AS "n"
  ON "n"."batch_id" = "s"."batch_id"
WHERE
  "s"."load_hour" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  COUNT(*)
FROM "raw"."geo_events"
WHERE
  "load_hour" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'raw.geo_events' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.geo_events' AS "inputs",
  '' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'raw.geo_events' AS "table_name",
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
  "load_hour",
  COUNT(*)
FROM "raw"."geo_events"
GROUP BY
  "load_hour"
ORDER BY
  CASE WHEN "load_hour" IS NULL THEN 1 ELSE 0 END,
  "load_hour" DESC;
