CREATE TABLE IF NOT EXISTS "mart"."groups_per_month" (
  "month" VARCHAR(65000),
  "groups" INT
);

DELETE FROM "mart"."groups_per_month";

INSERT INTO "mart"."groups_per_month" ("month", "groups")
SELECT
  LEFT(CAST("registration_dt" AS VARCHAR(30)), 7) AS "month",
  COUNT("hk_group_id") AS "groups"
FROM "vault"."h_groups"
WHERE
  "batch_id" <> 'ghost'
GROUP BY
  LEFT(CAST("registration_dt" AS VARCHAR(30)), 7);

SELECT
  "wrong_rows"."month",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "month",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "month"
    FROM "mart"."groups_per_month"
  ) AS "s1"
  GROUP BY
    "month"
  HAVING
    COUNT(*) > 1 OR "month" IS NULL
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.groups_per_month' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'stage.groups vault.h_groups' AS "inputs",
  '"month"' AS "unique_key";
