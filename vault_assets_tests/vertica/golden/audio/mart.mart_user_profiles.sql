CREATE OR REPLACE VIEW "mart"."mart_user_profiles" AS
WITH "views" AS (
  SELECT
    "s"."user_id",
    "s"."first_name",
    "s"."last_name",
    "s"."gender",
    "s"."registration_ts",
    "s"."ts",
    ROW_NUMBER() OVER (
      PARTITION BY "s"."user_id"
      ORDER BY "s"."ts" DESC NULLS LAST, "s"."item_in_session" DESC NULLS LAST, "s"."load_ts" DESC NULLS LAST, "s"."row_no" DESC NULLS LAST
    ) AS "place"
  FROM "stage"."page_view_events" AS "s"
  WHERE
    NOT "s"."user_id" IS NULL
)
SELECT
  "views"."user_id",
  "views"."first_name",
  "views"."last_name",
  "views"."gender",
  "views"."registration_ts",
  "views"."ts" AS "last_seen_ts"
FROM "views"
WHERE
  "views"."place" = 1;
