CREATE TABLE IF NOT EXISTS "mart"."writer_age" (
  "age" INT,
  "users" INT
);

DELETE FROM "mart"."writer_age";

INSERT INTO "mart"."writer_age" ("age", "users")
WITH "oldest_groups" AS (
  SELECT
    "hk_group_id"
  FROM "vault"."h_groups"
  WHERE
    "batch_id" <> 'ghost'
  ORDER BY
    CASE WHEN "registration_dt" IS NULL THEN 1 ELSE 0 END,
    "registration_dt",
    CASE WHEN "group_id" IS NULL THEN 1 ELSE 0 END,
    "group_id"
  LIMIT 10
), "group_messages" AS (
  SELECT
    "posted"."hk_message_id"
  FROM "vault"."l_groups_dialogs" AS "posted"
  JOIN "oldest_groups"
    ON "posted"."hk_group_id" = "oldest_groups"."hk_group_id"
), "writers" AS (
  SELECT DISTINCT
    "written"."hk_user_id"
  FROM "group_messages"
  JOIN "vault"."l_user_message" AS "written"
    ON "group_messages"."hk_message_id" = "written"."hk_message_id"
), "ages" AS (
  SELECT
    "writers"."hk_user_id",
    "s_user_socdem"."age",
    ROW_NUMBER() OVER (
      PARTITION BY "writers"."hk_user_id"
      ORDER BY "s_user_socdem"."load_ts" DESC NULLS LAST, "s_user_socdem"."load_seq" DESC NULLS LAST
    ) AS "version"
  FROM "writers"
  LEFT JOIN "vault"."s_user_socdem"
    ON "writers"."hk_user_id" = "s_user_socdem"."hk_user_id"
)
SELECT
  CAST("age" AS INT) AS "age",
  COUNT("hk_user_id") AS "users"
FROM "ages"
WHERE
  "version" = 1
GROUP BY
  "age";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.writer_age' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.dialogs stage.groups stage.users vault.h_groups vault.l_groups_dialogs vault.l_user_message vault.s_user_socdem' AS "inputs",
  '' AS "unique_key";
