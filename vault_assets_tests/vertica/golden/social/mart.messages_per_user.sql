CREATE TABLE IF NOT EXISTS "mart"."messages_per_user" (
  "authors" INT,
  "min" INT,
  "q25" FLOAT,
  "median" FLOAT,
  "q75" FLOAT,
  "max" INT
);

DELETE FROM "mart"."messages_per_user";

INSERT INTO "mart"."messages_per_user" ("authors", "min", "q25", "median", "q75", "max")
WITH "authors" AS (
  SELECT
    "hk_user_id",
    COUNT("hk_message_id") AS "messages"
  FROM "vault"."l_user_message"
  WHERE
    "batch_id" <> 'ghost'
  GROUP BY
    "hk_user_id"
)
SELECT
  COUNT("q1"."hk_user_id") AS "authors",
  CAST(MIN("q1"."messages") AS INT) AS "min",
  CAST(MAX("q1"."_share1") AS FLOAT) AS "q25",
  CAST(MAX("q1"."_share2") AS FLOAT) AS "median",
  CAST(MAX("q1"."_share3") AS FLOAT) AS "q75",
  CAST(MAX("q1"."messages") AS INT) AS "max"
FROM (
  SELECT
    "hk_user_id" AS "hk_user_id",
    "messages" AS "messages",
    PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY
      "messages") OVER () AS "_share1",
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
      "messages") OVER () AS "_share2",
    PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY
      "messages") OVER () AS "_share3"
  FROM "authors"
) AS "q1";

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.messages_per_user' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.dialogs vault.l_user_message' AS "inputs",
  '' AS "unique_key";
