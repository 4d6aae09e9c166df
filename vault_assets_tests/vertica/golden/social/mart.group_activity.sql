CREATE TABLE IF NOT EXISTS "mart"."group_activity" (
  "group_id" INT,
  "added" INT,
  "current_members" INT,
  "messages" INT,
  "writers" INT,
  "never_wrote" INT,
  "group_name" VARCHAR(65000)
);

DELETE FROM "mart"."group_activity";

INSERT INTO "mart"."group_activity" ("group_id", "added", "current_members", "messages", "writers", "never_wrote", "group_name")
WITH "names" AS (
  SELECT
    "hk_group_id",
    "group_name",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_group_id"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "version"
  FROM "vault"."s_group_name"
  WHERE
    "batch_id" <> 'ghost'
), "pair_events" AS (
  SELECT
    "history"."lk_user_group_activity",
    MAX(CASE WHEN "history"."event" = 'add' THEN 1 ELSE 0 END) AS "was_added",
    MAX(CASE WHEN "history"."event" <> 'leave' THEN "history"."event_dt" END) AS "entered_dt",
    MAX(CASE WHEN "history"."event" = 'leave' THEN "history"."event_dt" END) AS "left_dt"
  FROM "vault"."s_auth_history" AS "history"
  WHERE
    "history"."batch_id" <> 'ghost'
  GROUP BY
    "history"."lk_user_group_activity"
), "members" AS (
  SELECT
    "activity"."hk_group_id",
    "activity"."hk_user_id",
    "pair_events"."was_added",
    CASE
      WHEN "pair_events"."left_dt" IS NULL
      OR "pair_events"."entered_dt" > "pair_events"."left_dt"
      THEN 1
      ELSE 0
    END AS "is_current"
  FROM "vault"."l_user_group_activity" AS "activity"
  JOIN "pair_events"
    ON "activity"."lk_user_group_activity" = "pair_events"."lk_user_group_activity"
), "group_authors" AS (
  SELECT
    "posted"."hk_group_id",
    "written"."hk_user_id",
    COUNT("posted"."hk_message_id") AS "messages"
  FROM "vault"."l_groups_dialogs" AS "posted"
  LEFT JOIN "vault"."l_user_message" AS "written"
    ON "posted"."hk_message_id" = "written"."hk_message_id"
  WHERE
    "posted"."batch_id" <> 'ghost'
  GROUP BY
    "posted"."hk_group_id",
    "written"."hk_user_id"
), "group_members" AS (
  SELECT
    "members"."hk_group_id",
    SUM("members"."was_added") AS "added",
    SUM("members"."is_current") AS "current_members",
    SUM(
      CASE WHEN "group_authors"."hk_user_id" IS NULL THEN "members"."was_added" ELSE 0 END
    ) AS "never_wrote"
  FROM "members"
  LEFT JOIN "group_authors"
    ON "members"."hk_group_id" = "group_authors"."hk_group_id"
    AND "members"."hk_user_id" = "group_authors"."hk_user_id"
  GROUP BY
    "members"."hk_group_id"
), "group_writers" AS (
  SELECT
    "hk_group_id",
    SUM("messages") AS "messages",
    COUNT("hk_user_id") AS "writers"
  FROM "group_authors"
  GROUP BY
    "hk_group_id"
)
SELECT
  CAST("h_groups"."group_id" AS INT) AS "group_id",
  CAST(COALESCE("group_members"."added", 0) AS INT) AS "added",
  CAST(COALESCE("group_members"."current_members", 0) AS INT) AS "current_members",
  CAST(COALESCE("group_writers"."messages", 0) AS INT) AS "messages",
  CAST(COALESCE("group_writers"."writers", 0) AS INT) AS "writers",
  CAST(COALESCE("group_members"."never_wrote", 0) AS INT) AS "never_wrote",
  "names"."group_name"
FROM "vault"."h_groups"
LEFT JOIN "names"
  ON "h_groups"."hk_group_id" = "names"."hk_group_id" AND "names"."version" = 1
LEFT JOIN "group_members"
  ON "h_groups"."hk_group_id" = "group_members"."hk_group_id"
LEFT JOIN "group_writers"
  ON "h_groups"."hk_group_id" = "group_writers"."hk_group_id"
WHERE
  "h_groups"."batch_id" <> 'ghost';

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
    FROM "mart"."group_activity"
  ) AS "s1"
  GROUP BY
    "group_id"
  HAVING
    COUNT(*) > 1 OR "group_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.group_activity' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.dialogs stage.group_log stage.groups vault.h_groups vault.l_groups_dialogs vault.l_user_group_activity vault.l_user_message vault.s_auth_history vault.s_group_name' AS "inputs",
  '"group_id"' AS "unique_key";
