CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'batch.browser_events' AS "table_name",
    'browser_events' AS "stage"
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
    "table_name" IN ('raw.browser_events', 'batch.browser_events', 'batch.browser_events')
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
    "table_name" = 'raw.browser_events'
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
  "partition_value" TIMESTAMP
) ON COMMIT PRESERVE ROWS;

CREATE SCHEMA IF NOT EXISTS "raw";

CREATE TABLE IF NOT EXISTS "raw"."browser_events" (
  "event_id" UUID,
  "event_timestamp" TIMESTAMP,
  "event_type" VARCHAR(65000),
  "click_id" UUID,
  "browser_name" VARCHAR(65000),
  "browser_user_agent" VARCHAR(65000),
  "browser_language" VARCHAR(65000),
  "source_file" VARCHAR(65000),
  "load_hour" TIMESTAMP
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
    CAST(DATE_TRUNC('hour', CAST("t"."value" AS TIMESTAMP)) AS TIMESTAMP) AS "partition_value"
  FROM (
    WITH "hours" AS (
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
    ), "events" AS (
      SELECT
        "event_id"
      FROM "batch"."browser_events"
      WHERE
        "load_hour" IN (
          SELECT
            "load_hour"
          FROM "hours"
        )
    )
    SELECT
      "load_hour"
    FROM "hours"
    UNION
    SELECT
      "load_hour"
    FROM "batch"."browser_events"
    WHERE
      "event_id" IN (
        SELECT
          "event_id"
        FROM "events"
      )
  ) AS "t"("value")
  UNION ALL
  SELECT
    "load_hour"
  FROM "raw"."browser_events"
) AS "s1"
WHERE
  "partition_value" >= CAST('0001-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "raw"."browser_events";

INSERT INTO "raw"."browser_events" ("event_id", "event_timestamp", "event_type", "click_id", "browser_name", "browser_user_agent", "browser_language", "source_file", "load_hour")
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
      "source" = 'browser_events' AND (
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
), "delivered" AS (
  SELECT
    "s"."batch_id",
    "s"."load_ts",
    "s"."row_no",
    "s"."record_source",
    "s"."event_id",
    "s"."event_timestamp",
    "s"."event_type",
    "s"."click_id",
    "s"."browser_name",
    "s"."browser_user_agent",
    "s"."browser_language",
    "s"."load_hour",
    "s"."source_file"
  FROM "batch"."browser_events" AS "s"
  INNER JOIN "newest" AS "n"
    ON "n"."batch_id" = "s"."batch_id"
), "later" AS (
  SELECT
    "event_id",
    MAX("load_hour") AS "load_hour"
  FROM "delivered"
  WHERE
    "load_hour" > (
      SELECT
        MIN("partition_value")
      FROM "changed_partitions"
    )
  GROUP BY
    "event_id"
)
SELECT
  "q2"."event_id",
  "q2"."event_timestamp",
  "q2"."event_type",
  "q2"."click_id",
  "q2"."browser_name",
  "q2"."browser_user_agent",
  "q2"."browser_language",
  "q2"."source_file",
  "q2"."load_hour"
FROM (
  SELECT
    "d"."event_id",
    "d"."event_timestamp",
    "d"."event_type",
    "d"."click_id",
    "d"."browser_name",
    "d"."browser_user_agent",
    "d"."browser_language",
    "d"."source_file",
    "d"."load_hour",
    ROW_NUMBER() OVER (PARTITION BY "d"."load_hour", "d"."event_id" ORDER BY "d"."row_no" NULLS LAST) AS "_w1"
  FROM "delivered" AS "d"
  LEFT JOIN "later" AS "l"
    ON "l"."event_id" = "d"."event_id" AND "l"."load_hour" > "d"."load_hour"
  WHERE
    "d"."load_hour" IN (
      SELECT
        "partition_value"
      FROM "changed_partitions"
    )
    AND "l"."event_id" IS NULL
) AS "q2"
WHERE
  "q2"."_w1" = 1;

SELECT
  COUNT(*)
FROM "raw"."browser_events"
WHERE
  "load_hour" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."event_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "event_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "event_id"
    FROM "raw"."browser_events"
  ) AS "s1"
  GROUP BY
    "event_id"
  HAVING
    COUNT(*) > 1 OR "event_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'raw.browser_events' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'batch.browser_events' AS "inputs",
  '"event_id"' AS "unique_key";

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
  'raw.browser_events' AS "table_name",
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
  "load_hour",
  COUNT(*)
FROM "raw"."browser_events"
GROUP BY
  "load_hour"
ORDER BY
  CASE WHEN "load_hour" IS NULL THEN 1 ELSE 0 END,
  "load_hour" DESC;

DROP TABLE IF EXISTS "changed_partitions";

DROP TABLE IF EXISTS "mart_batches";

DROP TABLE IF EXISTS "new_batches";

DROP TABLE IF EXISTS "written_rows";
