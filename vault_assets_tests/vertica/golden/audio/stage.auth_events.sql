CREATE TABLE IF NOT EXISTS "stage"."auth_events_quarantine" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "table_name" VARCHAR(65000) NOT NULL,
  "row_no" INT NOT NULL,
  "raw" VARCHAR(65000),
  "reason" VARCHAR(65000) NOT NULL,
  "column_name" VARCHAR(65000),
  "detail" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "stage"."auth_events" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "row_no" INT NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "ts" TIMESTAMP,
  "session_id" INT,
  "level" VARCHAR(65000),
  "item_in_session" INT,
  "is_auth_successful" BOOLEAN,
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
  "source" VARCHAR(65000),
  "hk_user" UUID,
  "hk_user_agent" UUID,
  "hk_plan" UUID,
  "hk_session" UUID,
  "hk_location_geo" UUID,
  "hk_location_zip" UUID,
  "hk_location_city" UUID,
  "hk_location_state" UUID,
  "lk_user_agent_user" UUID,
  "lk_location_geo_zip" UUID,
  "lk_location_zip_city" UUID,
  "lk_location_city_state" UUID,
  "lk_user_plan" UUID,
  "lk_authorization" UUID,
  "hd_nhl_authorization" UUID
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
  "b"."source" = 'auth_events'
  AND (
    FALSE
    OR (
      NOT EXISTS(
        SELECT
          1
        FROM "registry"."applied" AS "a"
        WHERE
          "a"."table_name" = 'stage.auth_events' AND "a"."batch_id" = "b"."batch_id"
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
    'auth_events-20300101-000001-000000',
    'auth_events-20300101-000001-000001',
    'auth_events-20300101-000001-000002',
    'auth_events-20300101-000001-000003',
    'auth_events-20300101-000001-000004',
    'auth_events-20300101-000001-000005',
    'auth_events-20300101-000001-000006'
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
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000000';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000000' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000000')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000000')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000000')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000001';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000001' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000001')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000001')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000001')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000002';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000002' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000002')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000002')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000002')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000003';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000003' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000003')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000003')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000003')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000004';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000004' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000004')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000004')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000004')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000005';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000005' AS "batch_id",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000005')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000005')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000005')
    AND "a"."rows_in" <> COALESCE("l"."row_count", 0) + COALESCE("q"."row_count", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  COUNT(*)
FROM "registry"."applied"
WHERE
  "table_name" = 'stage.auth_events'
  AND "batch_id" = 'auth_events-20300101-000001-000006';

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'stage.auth_events' AS "table_name",
  'auth_events' AS "stage",
  'auth_events-20300101-000001-000006' AS "batch_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "load_ts",
  'run' AS "run_id",
  6 AS "rows_in",
  2 AS "inserted",
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
    FROM "stage"."auth_events"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000006')
      AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "batch_id"
  ), "quarantined" AS (
    SELECT
      "batch_id",
      COUNT(*) AS "row_count"
    FROM "stage"."auth_events_quarantine"
    WHERE
      "batch_id" IN ('auth_events-20300101-000001-000006')
      AND "table_name" = 'stage.auth_events'
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
    "a"."table_name" = 'stage.auth_events'
    AND "a"."batch_id" IN ('auth_events-20300101-000001-000006')
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
  FROM "stage"."auth_events_quarantine"
  WHERE
    "table_name" = 'stage.auth_events'
    AND "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
    'auth_events-20300101-000001-000006',
    'auth_events-20300101-000001-000006',
    'auth_events-20300101-000001-000006',
    'auth_events-20300101-000001-000006'
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
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
    "table_name" = 'stage.auth_events'
    AND "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
    "table_name" = 'stage.auth_events'
    AND "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
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
  FROM "stage"."auth_events"
  WHERE
    "batch_id" IN (
      'auth_events-20300101-000001-000000',
      'auth_events-20300101-000001-000001',
      'auth_events-20300101-000001-000002',
      'auth_events-20300101-000001-000003',
      'auth_events-20300101-000001-000004',
      'auth_events-20300101-000001-000005',
      'auth_events-20300101-000001-000006'
    )
    AND "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND (
      "user_id" < CAST('1' AS INT)
    )
) AS "wrong_rows"
LIMIT 10;
