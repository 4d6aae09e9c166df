CREATE SCHEMA IF NOT EXISTS "stage";

CREATE TABLE IF NOT EXISTS "stage"."listen_events_quarantine" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "table_name" VARCHAR(65000) NOT NULL,
  "row_no" INT NOT NULL,
  "raw" VARCHAR(65000),
  "reason" VARCHAR(65000) NOT NULL,
  "column_name" VARCHAR(65000),
  "detail" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "stage"."listen_events" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "row_no" INT NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "ts" TIMESTAMP,
  "session_id" INT,
  "level" VARCHAR(65000),
  "item_in_session" INT,
  "auth" VARCHAR(65000),
  "artist" VARCHAR(65000),
  "song" VARCHAR(65000),
  "duration" FLOAT,
  "city" VARCHAR(65000),
  "state" VARCHAR(65000),
  "zip" VARCHAR(65000),
  "user_agent" VARCHAR(65000),
  "lon" NUMERIC(18, 15),
  "lat" NUMERIC(18, 15),
  "user_id" INT,
  "first_name" VARCHAR(65000),
  "last_name" VARCHAR(65000),
  "gender" VARCHAR(65000),
  "registration_ts" TIMESTAMP,
  "tag" VARCHAR(65000),
  "event_id" VARCHAR(65000),
  "play_start_ts" TIMESTAMP,
  "play_end_ts" TIMESTAMP,
  "play_date" DATE,
  "song_number_in_session" INT,
  "source" VARCHAR(65000),
  "is_auth_successful" BOOLEAN,
  "hk_user" UUID,
  "hk_user_agent" UUID,
  "hk_plan" UUID,
  "hk_session" UUID,
  "hk_song" UUID,
  "hk_artist" UUID,
  "hk_song_play" UUID,
  "hk_location_geo" UUID,
  "hk_location_zip" UUID,
  "hk_location_city" UUID,
  "hk_location_state" UUID,
  "lk_song_artist" UUID,
  "lk_song_play_context" UUID,
  "lk_user_agent_user" UUID,
  "lk_location_geo_zip" UUID,
  "lk_location_zip_city" UUID,
  "lk_location_city_state" UUID,
  "lk_user_plan" UUID,
  "lk_authorization" UUID,
  "hd_nhl_authorization" UUID,
  "hd_sat_song_play_details" UUID
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
  "b"."source" = 'listen_events'
  AND (
    FALSE
    OR (
      NOT EXISTS(
        SELECT
          1
        FROM "registry"."applied" AS "a"
        WHERE
          "a"."table_name" = 'stage.listen_events' AND "a"."batch_id" = "b"."batch_id"
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
    'listen_events-20300101-000000-000000',
    'listen_events-20300101-000000-000001',
    'listen_events-20300101-000000-000002',
    'listen_events-20300101-000000-000003',
    'listen_events-20300101-000000-000004',
    'listen_events-20300101-000000-000005',
    'listen_events-20300101-000000-000006',
    'listen_events-20300101-000000-000007',
    'listen_events-20300101-000000-000008',
    'listen_events-20300101-000000-000009',
    'listen_events-20300101-000000-000010',
    'listen_events-20300101-000000-000011'
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
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000000';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000000' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  5 AS "rows_in",
  5 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000000')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000000')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000000')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000001';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000001' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  13 AS "rows_in",
  13 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000001')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000001')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000001')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000002';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000002' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  1 AS "rows_in",
  1 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000002')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000002')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000002')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000003';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000003' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  7 AS "rows_in",
  7 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000003')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000003')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000003')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000004';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000004' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  9 AS "rows_in",
  9 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000004')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000004')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000004')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000005';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000005' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  19 AS "rows_in",
  19 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000005')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000005')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000005')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000006';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000006' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  5 AS "rows_in",
  5 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000006')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000006')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000006')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000007';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000007' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  6 AS "rows_in",
  6 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000007')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000007')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000007')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000008';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000008' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  3 AS "rows_in",
  3 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000008')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000008')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000008')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000009';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000009' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  2 AS "rows_in",
  2 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000009')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000009')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000009')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000010';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000010' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  15 AS "rows_in",
  15 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000010')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000010')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000010')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.listen_events'
  AND "batch_id" = 'listen_events-20300101-000000-000011';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.listen_events' AS "table_name",
  'listen_events' AS "stage",
  'listen_events-20300101-000000-000011' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  17 AS "rows_in",
  13 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  4 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  CAST(NULL AS INT) AS "note";

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
    FROM "stage"."listen_events"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000011')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."listen_events_quarantine"
    WHERE
      "batch_id" IN ('listen_events-20300101-000000-000011')
      AND "table_name" = 'stage.listen_events'
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
    "a"."table_name" = 'stage.listen_events'
    AND "a"."batch_id" IN ('listen_events-20300101-000000-000011')
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
  FROM "stage"."listen_events_quarantine"
  WHERE
    "table_name" = 'stage.listen_events'
    AND "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
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
    'listen_events-20300101-000000-000011',
    'listen_events-20300101-000000-000011',
    'listen_events-20300101-000000-000011',
    'listen_events-20300101-000000-000011'
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
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
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
    "table_name" = 'stage.listen_events'
    AND "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
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
    "table_name" = 'stage.listen_events'
    AND "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
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

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."column_name",
  "wrong_rows"."value",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "row_no",
    'level' AS "column_name",
    "level" AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND NOT "level" IN ('free', 'paid')
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."column_name",
  "wrong_rows"."value",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "row_no",
    'ts' AS "column_name",
    CAST("ts" AS VARCHAR(30)) AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "ts" > "load_ts"
    )
  UNION ALL
  SELECT
    "batch_id",
    "row_no",
    'item_in_session' AS "column_name",
    CAST("item_in_session" AS VARCHAR(20)) AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "item_in_session" < CAST('0' AS INT)
    )
  UNION ALL
  SELECT
    "batch_id",
    "row_no",
    'lon' AS "column_name",
    CAST("lon" AS VARCHAR(42)) AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "lon" < CAST('-180' AS NUMERIC(18, 15)) OR "lon" > CAST('180' AS NUMERIC(18, 15))
    )
  UNION ALL
  SELECT
    "batch_id",
    "row_no",
    'lat' AS "column_name",
    CAST("lat" AS VARCHAR(42)) AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "lat" < CAST('-90' AS NUMERIC(18, 15)) OR "lat" > CAST('90' AS NUMERIC(18, 15))
    )
  UNION ALL
  SELECT
    "batch_id",
    "row_no",
    'user_id' AS "column_name",
    CAST("user_id" AS VARCHAR(20)) AS "value"
  FROM "stage"."listen_events"
  WHERE
    "batch_id" IN (
      'listen_events-20300101-000000-000000',
      'listen_events-20300101-000000-000001',
      'listen_events-20300101-000000-000002',
      'listen_events-20300101-000000-000003',
      'listen_events-20300101-000000-000004',
      'listen_events-20300101-000000-000005',
      'listen_events-20300101-000000-000006',
      'listen_events-20300101-000000-000007',
      'listen_events-20300101-000000-000008',
      'listen_events-20300101-000000-000009',
      'listen_events-20300101-000000-000010',
      'listen_events-20300101-000000-000011'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "user_id" < CAST('1' AS INT)
    )
) AS "wrong_rows"
LIMIT 10;
