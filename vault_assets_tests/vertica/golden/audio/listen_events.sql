CREATE SCHEMA IF NOT EXISTS "registry";

CREATE TABLE IF NOT EXISTS "registry"."batches" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "source" VARCHAR(65000) NOT NULL,
  "kind" VARCHAR(65000) NOT NULL,
  "object_key" VARCHAR(65000) NOT NULL,
  "etag" VARCHAR(65000) NOT NULL,
  "size" INT NOT NULL,
  "modified" TIMESTAMP NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "duplicate_of" VARCHAR(65000),
  "parent_batch_id" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "registry"."applied" (
  "table_name" VARCHAR(65000) NOT NULL,
  "stage" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "run_id" VARCHAR(65000) NOT NULL,
  "rows_in" INT NOT NULL,
  "inserted" INT NOT NULL,
  "unchanged" INT NOT NULL,
  "duplicate" INT NOT NULL,
  "quarantined" INT NOT NULL,
  "applied_at" TIMESTAMP NOT NULL,
  "note" VARCHAR(65000)
);

CREATE TABLE IF NOT EXISTS "registry"."failures" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "status" VARCHAR(65000) NOT NULL,
  "reason" VARCHAR(65000) NOT NULL,
  "run_id" VARCHAR(65000) NOT NULL,
  "failed_at" TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."rewritten" (
  "table_name" VARCHAR(65000) NOT NULL,
  "since" TIMESTAMP NOT NULL,
  "rewritten_at" TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."partitions" (
  "table_name" VARCHAR(65000) NOT NULL,
  "snapshot_ts" TIMESTAMP NOT NULL,
  "built_from" VARCHAR(65000) NOT NULL,
  "row_count" INT NOT NULL,
  "run_id" VARCHAR(65000) NOT NULL,
  "built_at" TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."released" (
  "parent_batch_id" VARCHAR(65000) NOT NULL,
  "row_no" INT NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."approvals" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "approved_by" VARCHAR(65000) NOT NULL,
  "approved_at" TIMESTAMP NOT NULL,
  "reason" VARCHAR(65000) NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."objects" (
  "batch_id" VARCHAR(65000) NOT NULL,
  "position" INT NOT NULL,
  "object_key" VARCHAR(65000) NOT NULL,
  "etag" VARCHAR(65000) NOT NULL,
  "size" INT NOT NULL,
  "modified" TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."exports_due" (
  "table_name" VARCHAR(65000) NOT NULL,
  "partition_value" VARCHAR(65000),
  "due_at" TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS "registry"."refreshed" (
  "table_name" VARCHAR(65000) NOT NULL,
  "refreshed_at" TIMESTAMP NOT NULL,
  "changed_at" TIMESTAMP,
  "inputs" VARCHAR(65000) NOT NULL,
  "unique_key" VARCHAR(65000)
);

SELECT
  "q1"."source",
  "q1"."object_key",
  MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END)
FROM (
  SELECT
    "source" AS "source",
    "object_key" AS "object_key",
    CASE WHEN NOT "load_ts" IS NULL THEN "etag" END AS "_value1",
    ROW_NUMBER() OVER (
      PARTITION BY "source", "object_key"
      ORDER BY CASE WHEN "etag" IS NULL OR "load_ts" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" DESC NULLS LAST
    ) AS "_place1"
  FROM "registry"."batches"
) AS "q1"
GROUP BY
  "q1"."source",
  "q1"."object_key";

SELECT
  MAX("load_ts")
FROM "registry"."batches";

SELECT
  "q1"."source",
  "q1"."etag",
  "q1"."size",
  MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END)
FROM (
  SELECT
    "source" AS "source",
    "etag" AS "etag",
    "size" AS "size",
    CASE WHEN NOT "load_ts" IS NULL THEN "batch_id" END AS "_value1",
    ROW_NUMBER() OVER (
      PARTITION BY "source", "etag", "size"
      ORDER BY CASE WHEN "batch_id" IS NULL OR "load_ts" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" NULLS LAST
    ) AS "_place1"
  FROM "registry"."batches"
  WHERE
    "source" = 'listen_events'
) AS "q1"
GROUP BY
  "q1"."source",
  "q1"."etag",
  "q1"."size";
