CREATE TABLE IF NOT EXISTS "staging"."stg_customers" (
  "customer_id" INT,
  "name" VARCHAR(65000),
  "email" VARCHAR(65000),
  "phone" VARCHAR(65000),
  "created_at" TIMESTAMP,
  "updated_at" TIMESTAMP
);

DELETE FROM "staging"."stg_customers";

INSERT INTO "staging"."stg_customers" ("customer_id", "name", "email", "phone", "created_at", "updated_at")
SELECT
  "q1"."customer_id",
  "q1"."name",
  "q1"."email",
  "q1"."phone",
  "q1"."created_at",
  "q1"."updated_at"
FROM (
  SELECT
    "s"."customer_id",
    "s"."name",
    "s"."email",
    COALESCE("s"."phone", 'Unknown') AS "phone",
    "s"."created_at",
    "s"."updated_at",
    ROW_NUMBER() OVER (
      PARTITION BY "s"."customer_id"
      ORDER BY COALESCE("s"."updated_at", "s"."created_at") DESC NULLS LAST, "s"."load_ts" DESC NULLS LAST, "s"."row_no" DESC NULLS LAST
    ) AS "_w1"
  FROM "staging"."customers" AS "s"
) AS "q1"
WHERE
  "q1"."_w1" = 1;

SELECT
  "wrong"."customer_id",
  "wrong"."rows_with_this_key"
FROM (
  SELECT
    "customer_id",
    COUNT(*) AS "rows_with_this_key"
  FROM "staging"."stg_customers"
  GROUP BY
    "customer_id"
  HAVING
    COUNT(*) > 1 OR "customer_id" IS NULL
) AS "wrong"
LIMIT 11;

SELECT
  "wrong"."email",
  "wrong"."customers"
FROM (
  SELECT
    "email",
    COUNT(*) AS "customers"
  FROM "staging"."stg_customers"
  GROUP BY
    "email"
  HAVING
    COUNT(*) > 1
) AS "wrong"
LIMIT 11;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs")
SELECT
  'staging.stg_customers' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'staging.customers' AS "inputs";

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
