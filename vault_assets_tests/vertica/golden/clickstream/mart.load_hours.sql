CREATE OR REPLACE VIEW "mart"."load_hours" AS
WITH "landed" AS (
  SELECT
    'browser_events' AS "source",
    "load_hour",
    COUNT(*) AS "rows"
  FROM "raw"."browser_events"
  GROUP BY
    "load_hour"
  UNION ALL
  SELECT
    'device_events',
    "load_hour",
    COUNT(*)
  FROM "raw"."device_events"
  GROUP BY
    "load_hour"
  UNION ALL
  SELECT
    'geo_events',
    "load_hour",
    COUNT(*)
  FROM "raw"."geo_events"
  GROUP BY
    "load_hour"
  UNION ALL
  SELECT
    'location_events',
    "load_hour",
    COUNT(*)
  FROM "raw"."location_events"
  GROUP BY
    "load_hour"
), "hours" AS (
  SELECT
    TIMESTAMPADD('hour', "q3"."n", "q2"."_first") AS "load_hour"
  FROM (
    SELECT
      MIN("load_hour") AS "_first",
      MAX("load_hour") AS "_last"
    FROM "landed"
  ) AS "q2"
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
  ) AS "q3"
  WHERE
    TIMESTAMPADD('hour', "q3"."n", "q2"."_first") <= "q2"."_last"
), "sources" AS (
  SELECT
    "q1"."value" AS "source"
  FROM (
    SELECT
      'browser_events' AS "value"
    UNION ALL
    SELECT
      'device_events' AS "value"
    UNION ALL
    SELECT
      'geo_events' AS "value"
    UNION ALL
    SELECT
      'location_events' AS "value"
  ) AS "q1"
)
SELECT
  "h"."load_hour",
  "s"."source",
  COALESCE("l"."rows", 0) AS "rows",
  CASE WHEN "l"."rows" IS NULL THEN 'skipped' ELSE 'loaded' END AS "status"
FROM "hours" AS "h"
CROSS JOIN "sources" AS "s"
LEFT JOIN "landed" AS "l"
  ON "l"."load_hour" = "h"."load_hour" AND "l"."source" = "s"."source";
