CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'batch.geo_events' AS "table_name",
    'geo_events' AS "stage"
  UNION ALL
  SELECT
    'raw.geo_events' AS "table_name",
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
    "table_name" IN (
      'stage.geo',
      'batch.geo_events',
      'batch.geo_events',
      'raw.geo_events',
      'batch.geo_events'
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
    "table_name" = 'stage.geo'
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

CREATE TABLE IF NOT EXISTS "stage"."geo" (
  "session_id" UUID,
  "geo_latitude" VARCHAR(65000),
  "geo_longitude" VARCHAR(65000),
  "geo_country" VARCHAR(65000),
  "geo_timezone" VARCHAR(65000),
  "geo_region_name" VARCHAR(65000),
  "ip_address" VARCHAR(65000)
);

INSERT INTO "changed_keys" ("session_id")
SELECT DISTINCT
  "session_id"
FROM (
  SELECT
    "session_id"
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
    )
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
  ) AS "s2"
  UNION ALL
  SELECT
    "session_id"
  FROM "stage"."geo"
  WHERE
    NOT "session_id" IS NULL
) AS "s1";

DELETE FROM "stage"."geo";

INSERT INTO "stage"."geo" ("session_id", "geo_latitude", "geo_longitude", "geo_country", "geo_timezone", "geo_region_name", "ip_address")
SELECT
  "q1"."session_id",
  "q1"."geo_latitude",
  "q1"."geo_longitude",
  "q1"."geo_country",
  "q1"."geo_timezone",
  "q1"."geo_region_name",
  "q1"."ip_address"
FROM (
  SELECT
    "click_id" AS "session_id",
    "geo_latitude",
    "geo_longitude",
    "geo_country",
    "geo_timezone",
    "geo_region_name",
    "ip_address",
    ROW_NUMBER() OVER (
      PARTITION BY "click_id"
      ORDER BY "load_hour" DESC NULLS LAST, "geo_latitude" NULLS LAST, "geo_longitude" NULLS LAST, "geo_country" NULLS LAST, "geo_timezone" NULLS LAST, "geo_region_name" NULLS LAST, "ip_address" NULLS LAST
    ) AS "_w1"
  FROM "raw"."geo_events"
  WHERE
    "click_id" IN (
      SELECT
        "session_id"
      FROM "changed_keys"
    )
) AS "q1"
WHERE
  "q1"."_w1" = 1;

SELECT
  COUNT(*)
FROM "stage"."geo"
WHERE
  (
    "session_id"
  ) IN (
    SELECT
      "session_id"
    FROM "changed_keys"
  );

SELECT
  "wrong_rows"."session_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "session_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "session_id"
    FROM "stage"."geo"
  ) AS "s1"
  GROUP BY
    "session_id"
  HAVING
    COUNT(*) > 1 OR "session_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."session_id",
  "wrong_rows"."variants",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "click_id" AS "session_id",
    COUNT(
      DISTINCT COALESCE(CAST(OCTET_LENGTH("geo_latitude") AS VARCHAR(20)) || ':' || "geo_latitude", '-') || COALESCE(CAST(OCTET_LENGTH("geo_longitude") AS VARCHAR(20)) || ':' || "geo_longitude", '-') || COALESCE(CAST(OCTET_LENGTH("geo_country") AS VARCHAR(20)) || ':' || "geo_country", '-') || COALESCE(CAST(OCTET_LENGTH("geo_timezone") AS VARCHAR(20)) || ':' || "geo_timezone", '-') || COALESCE(
        CAST(OCTET_LENGTH("geo_region_name") AS VARCHAR(20)) || ':' || "geo_region_name",
        '-'
      ) || COALESCE(CAST(OCTET_LENGTH("ip_address") AS VARCHAR(20)) || ':' || "ip_address", '-')
    ) AS "variants"
  FROM "raw"."geo_events"
  WHERE
    "click_id" IN (
      SELECT
        "session_id"
      FROM "changed_keys"
    )
  GROUP BY
    "click_id"
  HAVING
    (
      COUNT(
        DISTINCT COALESCE(CAST(OCTET_LENGTH("geo_latitude") AS VARCHAR(20)) || ':' || "geo_latitude", '-') || COALESCE(CAST(OCTET_LENGTH("geo_longitude") AS VARCHAR(20)) || ':' || "geo_longitude", '-') || COALESCE(CAST(OCTET_LENGTH("geo_country") AS VARCHAR(20)) || ':' || "geo_country", '-') || COALESCE(CAST(OCTET_LENGTH("geo_timezone") AS VARCHAR(20)) || ':' || "geo_timezone", '-') || COALESCE(
          CAST(OCTET_LENGTH("geo_region_name") AS VARCHAR(20)) || ':' || "geo_region_name",
          '-'
        ) || COALESCE(CAST(OCTET_LENGTH("ip_address") AS VARCHAR(20)) || ':' || "ip_address", '-')
      )
    ) > 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'stage.geo' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.geo_events raw.geo_events' AS "inputs",
  '"session_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.geo' AS "table_name",
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
