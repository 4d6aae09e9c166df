CREATE TABLE IF NOT EXISTS "core"."dim_date" (
  "date_key" DATE,
  "year" INT,
  "quarter" INT,
  "quarter_name" VARCHAR(65000),
  "month" INT,
  "month_name" VARCHAR(65000),
  "year_month" VARCHAR(65000),
  "week_of_year" INT,
  "day_of_month" INT,
  "day_of_week" INT,
  "day_name" VARCHAR(65000),
  "day_of_year" INT,
  "is_weekend" BOOLEAN
);

DELETE FROM "core"."dim_date";

INSERT INTO "core"."dim_date" ("date_key", "year", "quarter", "quarter_name", "month", "month_name", "year_month", "week_of_year", "day_of_month", "day_of_week", "day_name", "day_of_year", "is_weekend")
WITH "days" AS (
  SELECT
    CAST(TIMESTAMPADD('day', "q2"."n", "q1"."_first") AS DATE) AS "date_key"
  FROM (
    SELECT
      "s"."first_date" AS "_first",
      "s"."last_date" AS "_last"
    FROM "core"."settings" AS "s"
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
  ) AS "q2"
  WHERE
    TIMESTAMPADD('day', "q2"."n", "q1"."_first") <= "q1"."_last"
)
SELECT
  "d"."date_key",
  YEAR("d"."date_key") AS "year",
  QUARTER("d"."date_key") AS "quarter",
  'Q' || CAST(QUARTER("d"."date_key") AS VARCHAR(20)) AS "quarter_name",
  MONTH("d"."date_key") AS "month",
  TRIM(TO_CHAR("d"."date_key", 'Month')) AS "month_name",
  TO_CHAR("d"."date_key", 'YYYY-MM') AS "year_month",
  WEEK_ISO("d"."date_key") AS "week_of_year",
  DAY("d"."date_key") AS "day_of_month",
  (
    DAYOFWEEK("d"."date_key") - 1
  ) AS "day_of_week",
  TRIM(TO_CHAR("d"."date_key", 'Day')) AS "day_name",
  DAYOFYEAR("d"."date_key") AS "day_of_year",
  (
    DAYOFWEEK("d"."date_key") - 1
  ) IN (0, 6) AS "is_weekend"
FROM "days" AS "d";

SELECT
  "wrong_rows"."date_key",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "date_key",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "date_key"
    FROM "core"."dim_date"
  ) AS "s1"
  GROUP BY
    "date_key"
  HAVING
    COUNT(*) > 1 OR "date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."date_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "wanted" AS (
    SELECT
      CAST(TIMESTAMPADD('day', "q2"."n", "q1"."_first") AS DATE) AS "date_key"
    FROM (
      SELECT
        "s"."first_date" AS "_first",
        "s"."last_date" AS "_last"
      FROM "core"."settings" AS "s"
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
    ) AS "q2"
    WHERE
      TIMESTAMPADD('day', "q2"."n", "q1"."_first") <= "q1"."_last"
  )
  SELECT
    COALESCE("w"."date_key", "d"."date_key") AS "date_key"
  FROM "wanted" AS "w"
  FULL OUTER JOIN "core"."dim_date" AS "d"
    ON "d"."date_key" = "w"."date_key"
  WHERE
    "w"."date_key" IS NULL OR "d"."date_key" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'core.dim_date' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  '' AS "inputs",
  '"date_key"' AS "unique_key";
