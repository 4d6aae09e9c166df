CREATE TABLE IF NOT EXISTS "batch"."geo_events_quarantine" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "table_name" VARCHAR(65000) NOT NULL,
  "row_no" INT NOT NULL,
  "raw" VARCHAR(65000),
  "reason" VARCHAR(65000) NOT NULL,
  "column_name" VARCHAR(65000),
  "detail" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "batch"."geo_events" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "row_no" INT NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "click_id" UUID,
  "geo_latitude" VARCHAR(65000),
  "geo_longitude" VARCHAR(65000),
  "geo_country" VARCHAR(65000),
  "geo_timezone" VARCHAR(65000),
  "geo_region_name" VARCHAR(65000),
  "ip_address" VARCHAR(65000),
  "load_hour" TIMESTAMP,
  "source_file" VARCHAR(65000)
);

SELECT
  "b"."batch_id",
  "b"."source",
  "b"."kind",
  "b"."object_key",
  "b"."etag",
  "b"."size",
  "b"."modified",
  "b"."load_ts",
  "b"."duplicate_of"
FROM "registry"."batches" AS "b"
WHERE
  "b"."source" = 'geo_events'
  AND (
    FALSE
    OR (
      NOT EXISTS(
        SELECT
          1
        FROM "registry"."applied" AS "a"
        WHERE
          "a"."table_name" = 'batch.geo_events' AND "a"."batch_id" = "b"."batch_id"
      )
      AND NOT EXISTS(
        SELECT
          1
        FROM "registry"."failures" AS "f"
        WHERE
          "f"."batch_id" = "b"."batch_id" AND "f"."status" IN ('rejected', 'missing')
      )
    )
  )
ORDER BY
  CASE WHEN "b"."load_ts" IS NULL THEN 1 ELSE 0 END,
  "b"."load_ts";

SELECT
  "batch_id",
  "object_key" AS "key",
  "etag",
  "size",
  "modified"
FROM "registry"."objects"
WHERE
  "batch_id" IN (
    'geo_events-20300101-000002-000000',
    'geo_events-20300101-000002-000001',
    'geo_events-20300101-000002-000002',
    'geo_events-20300101-000002-000003',
    'geo_events-20300101-000002-000004',
    'geo_events-20300101-000002-000005',
    'geo_events-20300101-000002-000006',
    'geo_events-20300101-000002-000007',
    'geo_events-20300101-000002-000008',
    'geo_events-20300101-000002-000009'
  )
ORDER BY
  CASE WHEN "batch_id" IS NULL THEN 1 ELSE 0 END,
  "batch_id",
  CASE WHEN "position" IS NULL THEN 1 ELSE 0 END,
  "position";

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000000';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000000' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  23 AS "rows_in",
  23 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 02:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=02/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000000')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000000')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000000')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000001';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000001' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  12 AS "rows_in",
  12 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 03:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=03/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000001')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000001')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000001')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000002';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000002' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  19 AS "rows_in",
  19 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 12:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=12/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000002')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000002')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000002')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000003';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000003' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  7 AS "rows_in",
  7 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 13:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=13/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000003')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000003')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000003')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000004';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000004' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  11 AS "rows_in",
  11 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 14:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=14/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000004')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000004')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000004')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000005';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000005' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  3 AS "rows_in",
  3 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 17:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=17/geo_events.jsonl"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000005')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000005')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000005')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000006';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000006' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  4 AS "rows_in",
  4 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 18:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=18/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000006')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000006')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000006')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000007';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000007' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  2 AS "rows_in",
  2 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 19:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=19/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000007')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000007')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000007')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000008';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000008' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  8 AS "rows_in",
  8 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 20:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=20/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000008')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000008')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000008')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'batch.geo_events'
  AND "batch_id" = 'geo_events-20300101-000002-000009';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'batch.geo_events' AS "table_name",
  'geo_events' AS "stage",
  'geo_events-20300101-000002-000009' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  20 AS "rows_in",
  17 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  3 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  '{"from_key": {"load_hour": "2022-11-28 21:00:00", "source_file": "clickstream/year=2022/month=11/day=28/hour=21/geo_events.jsonl.zip"}}' AS "note";

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."records",
  "wrong_rows"."loaded",
  "wrong_rows"."quarantined",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loaded" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000009')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "batch"."geo_events_quarantine"
    WHERE
      "batch_id" IN ('geo_events-20300101-000002-000009')
      AND "table_name" = 'batch.geo_events'
      AND NOT "reason" IS NULL
    GROUP BY
      "batch_id"
  )
  SELECT
    "a"."batch_id",
    "a"."rows_in" AS "records",
    COALESCE("l"."row_count", 0) AS "loaded",
    COALESCE("q"."row_count", 0) AS "quarantined"
  FROM "registry"."applied" AS "a"
  LEFT JOIN "loaded" AS "l"
    ON "l"."batch_id" = "a"."batch_id"
  LEFT JOIN "quarantined" AS "q"
    ON "q"."batch_id" = "a"."batch_id"
  WHERE
    "a"."table_name" = 'batch.geo_events'
    AND "a"."batch_id" IN ('geo_events-20300101-000002-000009')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."reason",
  "wrong_rows"."detail",
  "wrong_rows"."raw",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "row_no",
    "reason",
    "detail",
    "raw"
  FROM "batch"."geo_events_quarantine"
  WHERE
    "table_name" = 'batch.geo_events'
    AND "batch_id" IN (
      'geo_events-20300101-000002-000000',
      'geo_events-20300101-000002-000001',
      'geo_events-20300101-000002-000002',
      'geo_events-20300101-000002-000003',
      'geo_events-20300101-000002-000004',
      'geo_events-20300101-000002-000005',
      'geo_events-20300101-000002-000006',
      'geo_events-20300101-000002-000007',
      'geo_events-20300101-000002-000008',
      'geo_events-20300101-000002-000009'
    )
) AS "wrong_rows"
ORDER BY
  CASE WHEN "batch_id" IS NULL THEN 1 ELSE 0 END,
  "batch_id",
  CASE WHEN "row_no" IS NULL THEN 1 ELSE 0 END,
  "row_no"
LIMIT 10;

SELECT
  "files"."batch_id",
  "files"."object_key",
  "files"."position"
FROM (
  SELECT
    "batch_id",
    "object_key",
    CAST(NULL AS INT) AS "position"
  FROM "registry"."batches"
  UNION ALL
  SELECT
    "batch_id",
    "object_key",
    "position"
  FROM "registry"."objects"
) AS "files"
WHERE
  "batch_id" IN (
    'geo_events-20300101-000002-000009',
    'geo_events-20300101-000002-000009',
    'geo_events-20300101-000002-000009'
  );

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."status",
  "wrong_rows"."reason",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "status",
    "reason"
  FROM "registry"."failures"
  WHERE
    "batch_id" IN (
      'geo_events-20300101-000002-000000',
      'geo_events-20300101-000002-000001',
      'geo_events-20300101-000002-000002',
      'geo_events-20300101-000002-000003',
      'geo_events-20300101-000002-000004',
      'geo_events-20300101-000002-000005',
      'geo_events-20300101-000002-000006',
      'geo_events-20300101-000002-000007',
      'geo_events-20300101-000002-000008',
      'geo_events-20300101-000002-000009'
    )
    AND "status" IN ('rejected', 'missing')
  UNION ALL
  SELECT
    "batch_id",
    'header' AS "status",
    COALESCE(
      REPLACE(
        REPLACE(REGEXP_SUBSTR("note", '"header": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1), '\"', '"'),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"header": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) AS "reason"
  FROM "registry"."applied"
  WHERE
    "table_name" = 'batch.geo_events'
    AND "batch_id" IN (
      'geo_events-20300101-000002-000000',
      'geo_events-20300101-000002-000001',
      'geo_events-20300101-000002-000002',
      'geo_events-20300101-000002-000003',
      'geo_events-20300101-000002-000004',
      'geo_events-20300101-000002-000005',
      'geo_events-20300101-000002-000006',
      'geo_events-20300101-000002-000007',
      'geo_events-20300101-000002-000008',
      'geo_events-20300101-000002-000009'
    )
    AND NOT COALESCE(
      REPLACE(
        REPLACE(REGEXP_SUBSTR("note", '"header": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1), '\"', '"'),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"header": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."unknown_columns",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("note", '"unknown_columns": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"unknown_columns": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) AS "unknown_columns"
  FROM "registry"."applied"
  WHERE
    "table_name" = 'batch.geo_events'
    AND "batch_id" IN (
      'geo_events-20300101-000002-000000',
      'geo_events-20300101-000002-000001',
      'geo_events-20300101-000002-000002',
      'geo_events-20300101-000002-000003',
      'geo_events-20300101-000002-000004',
      'geo_events-20300101-000002-000005',
      'geo_events-20300101-000002-000006',
      'geo_events-20300101-000002-000007',
      'geo_events-20300101-000002-000008',
      'geo_events-20300101-000002-000009'
    )
    AND NOT COALESCE(
      REPLACE(
        REPLACE(
          REGEXP_SUBSTR("note", '"unknown_columns": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
          '\"',
          '"'
        ),
        '\\',
        '\'
      ),
      REGEXP_SUBSTR("note", '"unknown_columns": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
    ) IS NULL
) AS "wrong_rows"
LIMIT 10;
