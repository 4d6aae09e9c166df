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
    "source" = 'payments'
) AS "q1"
GROUP BY
  "q1"."source",
  "q1"."etag",
  "q1"."size";
