CREATE SCHEMA IF NOT EXISTS "mart";

CREATE TABLE IF NOT EXISTS "mart"."group_conversion" (
  "group_id" INT,
  "group_name" VARCHAR(65000),
  "registration_dt" TIMESTAMP,
  "cnt_added_users" INT,
  "cnt_users_in_group_with_messages" INT,
  "group_conversion" FLOAT,
  "rank" INT
);

DELETE FROM "mart"."group_conversion";

INSERT INTO "mart"."group_conversion" ("group_id", "group_name", "registration_dt", "cnt_added_users", "cnt_users_in_group_with_messages", "group_conversion", "rank")
WITH "oldest_groups" AS (
  SELECT
    "hk_group_id",
    "group_id",
    "registration_dt"
  FROM "vault"."h_groups"
  WHERE
    "batch_id" <> 'ghost'
  ORDER BY
    CASE WHEN "registration_dt" IS NULL THEN 1 ELSE 0 END,
    "registration_dt",
    CASE WHEN "group_id" IS NULL THEN 1 ELSE 0 END,
    "group_id"
  LIMIT 10
), "named_groups" AS (
  SELECT
    "oldest_groups"."hk_group_id",
    "oldest_groups"."group_id",
    "oldest_groups"."registration_dt",
    "s_group_name"."group_name",
    ROW_NUMBER() OVER (
      PARTITION BY "oldest_groups"."hk_group_id"
      ORDER BY "s_group_name"."load_ts" DESC NULLS LAST, "s_group_name"."load_seq" DESC NULLS LAST
    ) AS "version"
  FROM "oldest_groups"
  LEFT JOIN "vault"."s_group_name"
    ON "oldest_groups"."hk_group_id" = "s_group_name"."hk_group_id"
), "added" AS (
  SELECT
    "activity"."hk_group_id",
    COUNT("activity"."hk_user_id") AS "users"
  FROM "vault"."l_user_group_activity" AS "activity"
  JOIN "oldest_groups"
    ON "activity"."hk_group_id" = "oldest_groups"."hk_group_id"
  WHERE
    EXISTS(
      SELECT
        1
      FROM "vault"."s_auth_history" AS "history"
      WHERE
        "history"."lk_user_group_activity" = "activity"."lk_user_group_activity"
        AND "history"."event" = 'add'
    )
  GROUP BY
    "activity"."hk_group_id"
), "group_messages" AS (
  SELECT
    "posted"."hk_message_id",
    "posted"."hk_group_id"
  FROM "vault"."l_groups_dialogs" AS "posted"
  JOIN "oldest_groups"
    ON "posted"."hk_group_id" = "oldest_groups"."hk_group_id"
), "writers" AS (
  SELECT
    "group_messages"."hk_group_id",
    COUNT(DISTINCT "written"."hk_user_id") AS "users"
  FROM "group_messages"
  JOIN "vault"."l_user_message" AS "written"
    ON "group_messages"."hk_message_id" = "written"."hk_message_id"
  GROUP BY
    "group_messages"."hk_group_id"
), "conversions" AS (
  SELECT
    "named_groups"."group_id",
    "named_groups"."group_name",
    "named_groups"."registration_dt",
    COALESCE("added"."users", 0) AS "cnt_added_users",
    COALESCE("writers"."users", 0) AS "cnt_users_in_group_with_messages",
    CAST(CAST(COALESCE("writers"."users", 0) AS FLOAT) AS FLOAT) / NULLIF("added"."users", 0) AS "group_conversion"
  FROM "named_groups"
  LEFT JOIN "added"
    ON "named_groups"."hk_group_id" = "added"."hk_group_id"
  LEFT JOIN "writers"
    ON "named_groups"."hk_group_id" = "writers"."hk_group_id"
  WHERE
    "named_groups"."version" = 1
)
SELECT
  CAST("group_id" AS INT) AS "group_id",
  "group_name",
  CAST("registration_dt" AS TIMESTAMP) AS "registration_dt",
  CAST("cnt_added_users" AS INT) AS "cnt_added_users",
  CAST("cnt_users_in_group_with_messages" AS INT) AS "cnt_users_in_group_with_messages",
  "group_conversion",
  ROW_NUMBER() OVER (ORDER BY "group_conversion" DESC NULLS LAST, "group_id" NULLS LAST) AS "rank"
FROM "conversions";

SELECT
  "wrong_rows"."group_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "group_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "group_id"
    FROM "mart"."group_conversion"
  ) AS "s1"
  GROUP BY
    "group_id"
  HAVING
    COUNT(*) > 1 OR "group_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."group_id",
  "wrong_rows"."group_name",
  "wrong_rows"."group_conversion",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "group_id",
    "group_name",
    "group_conversion"
  FROM "mart"."group_conversion"
  WHERE
    "group_conversion" > 1
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.group_conversion' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.dialogs stage.group_log stage.groups vault.h_groups vault.l_groups_dialogs vault.l_user_group_activity vault.l_user_message vault.s_auth_history vault.s_group_name' AS "inputs",
  '"group_id"' AS "unique_key";

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
