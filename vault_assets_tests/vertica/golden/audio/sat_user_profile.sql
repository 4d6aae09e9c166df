CREATE TABLE IF NOT EXISTS "vault"."sat_user_profile" (
  "hk_user" UUID NOT NULL,
  "first_name" VARCHAR(65000),
  "last_name" VARCHAR(65000),
  "gender" VARCHAR(65000),
  "registration_ts" TIMESTAMP,
  "load_ts" TIMESTAMP NOT NULL,
  "load_seq" INT NOT NULL,
  "hashdiff" UUID NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

CREATE OR REPLACE VIEW "vault"."sat_user_profile_current" AS
SELECT
  "q1"."hk_user",
  "q1"."first_name",
  "q1"."last_name",
  "q1"."gender",
  "q1"."registration_ts",
  "q1"."load_ts",
  "q1"."load_seq",
  "q1"."hashdiff",
  "q1"."record_source",
  "q1"."batch_id"
FROM (
  SELECT
    "hk_user",
    "first_name",
    "last_name",
    "gender",
    "registration_ts",
    "load_ts",
    "load_seq",
    "hashdiff",
    "record_source",
    "batch_id",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_user"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "_w1"
  FROM "vault"."sat_user_profile"
  WHERE
    "batch_id" <> 'ghost'
) AS "q1"
WHERE
  "q1"."_w1" = 1;

CREATE OR REPLACE VIEW "vault"."sat_user_profile_history" AS
SELECT
  "hk_user",
  "first_name",
  "last_name",
  "gender",
  "registration_ts",
  "load_ts",
  "load_seq",
  "hashdiff",
  "record_source",
  "batch_id",
  LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_user" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
FROM "vault"."sat_user_profile"
WHERE
  "batch_id" <> 'ghost';

CREATE LOCAL TEMPORARY TABLE "applied_before" ON COMMIT PRESERVE ROWS AS
SELECT
  "table_name",
  "stage",
  "batch_id",
  "load_ts",
  "inserted",
  "note"
FROM "registry"."applied"
WHERE
  "table_name" IN ('vault.sat_user_profile', 'stage.page_view_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.sat_user_profile' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.page_view_events')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.sat_user_profile'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.sat_user_profile';

CREATE LOCAL TEMPORARY TABLE "touched" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."hd_sat_user_profile" AS "hashdiff",
    "s"."first_name" AS "first_name",
    "s"."last_name" AS "last_name",
    "s"."gender" AS "gender",
    "s"."registration_ts" AS "registration_ts",
    "s"."ts" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM (
    SELECT
      "page_view_events"."batch_id",
      "page_view_events"."load_ts",
      "page_view_events"."row_no",
      "page_view_events"."record_source",
      "page_view_events"."ts",
      "page_view_events"."session_id",
      "page_view_events"."level",
      "page_view_events"."item_in_session",
      "page_view_events"."auth",
      "page_view_events"."page",
      "page_view_events"."method",
      "page_view_events"."status",
      "page_view_events"."artist",
      "page_view_events"."song",
      "page_view_events"."duration",
      "page_view_events"."city",
      "page_view_events"."state",
      "page_view_events"."zip",
      "page_view_events"."user_agent",
      "page_view_events"."lon",
      "page_view_events"."lat",
      "page_view_events"."user_id",
      "page_view_events"."first_name",
      "page_view_events"."last_name",
      "page_view_events"."gender",
      "page_view_events"."registration_ts",
      "page_view_events"."tag",
      "page_view_events"."event_id",
      "page_view_events"."hk_user",
      "page_view_events"."hk_user_agent",
      "page_view_events"."hk_plan",
      "page_view_events"."hk_session",
      "page_view_events"."hk_song",
      "page_view_events"."hk_artist",
      "page_view_events"."hk_location_geo",
      "page_view_events"."hk_location_zip",
      "page_view_events"."hk_location_city",
      "page_view_events"."hk_location_state",
      "page_view_events"."hk_web_page",
      "page_view_events"."lk_user_agent_user",
      "page_view_events"."lk_location_geo_zip",
      "page_view_events"."lk_location_zip_city",
      "page_view_events"."lk_location_city_state",
      "page_view_events"."lk_user_plan",
      "page_view_events"."lk_web_click",
      "page_view_events"."hd_nhl_web_click",
      "page_view_events"."hd_sat_user_profile"
    FROM "stage"."page_view_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "hk_user",
  "load_ts",
  "load_seq",
  "hashdiff"
FROM "vault"."sat_user_profile"
WHERE
  "hk_user" IN (
    SELECT
      "hk_user"
    FROM "incoming"
  )
  AND NOT (
    "load_ts" = CAST('1900-01-01 00:00:00' AS TIMESTAMP)
    AND CAST("hk_user" AS VARCHAR(36)) IN (
      CAST(CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS VARCHAR(36)),
      CAST(CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS VARCHAR(36))
    )
  );

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."hd_sat_user_profile" AS "hashdiff",
    "s"."first_name" AS "first_name",
    "s"."last_name" AS "last_name",
    "s"."gender" AS "gender",
    "s"."registration_ts" AS "registration_ts",
    "s"."ts" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM (
    SELECT
      "page_view_events"."batch_id",
      "page_view_events"."load_ts",
      "page_view_events"."row_no",
      "page_view_events"."record_source",
      "page_view_events"."ts",
      "page_view_events"."session_id",
      "page_view_events"."level",
      "page_view_events"."item_in_session",
      "page_view_events"."auth",
      "page_view_events"."page",
      "page_view_events"."method",
      "page_view_events"."status",
      "page_view_events"."artist",
      "page_view_events"."song",
      "page_view_events"."duration",
      "page_view_events"."city",
      "page_view_events"."state",
      "page_view_events"."zip",
      "page_view_events"."user_agent",
      "page_view_events"."lon",
      "page_view_events"."lat",
      "page_view_events"."user_id",
      "page_view_events"."first_name",
      "page_view_events"."last_name",
      "page_view_events"."gender",
      "page_view_events"."registration_ts",
      "page_view_events"."tag",
      "page_view_events"."event_id",
      "page_view_events"."hk_user",
      "page_view_events"."hk_user_agent",
      "page_view_events"."hk_plan",
      "page_view_events"."hk_session",
      "page_view_events"."hk_song",
      "page_view_events"."hk_artist",
      "page_view_events"."hk_location_geo",
      "page_view_events"."hk_location_zip",
      "page_view_events"."hk_location_city",
      "page_view_events"."hk_location_state",
      "page_view_events"."hk_web_page",
      "page_view_events"."lk_user_agent_user",
      "page_view_events"."lk_location_geo_zip",
      "page_view_events"."lk_location_zip_city",
      "page_view_events"."lk_location_city_state",
      "page_view_events"."lk_user_plan",
      "page_view_events"."lk_web_click",
      "page_view_events"."hd_nhl_web_click",
      "page_view_events"."hd_sat_user_profile"
    FROM "stage"."page_view_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "judged" AS (
  SELECT
    "incoming"."hk_user",
    "incoming"."hashdiff",
    "incoming"."first_name",
    "incoming"."last_name",
    "incoming"."gender",
    "incoming"."registration_ts",
    "incoming"."_order_0",
    "incoming"."_order_1",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_user" IS NULL THEN 'null_key:hk_user' END AS "_reason"
  FROM "incoming"
), "latest" AS (
  SELECT
    "q1"."hk_user",
    MAX(CASE WHEN "q1"."_place1" = 1 THEN "q1"."_value1" END) AS "_hashdiff"
  FROM (
    SELECT
      "hk_user" AS "hk_user",
      "hashdiff" AS "_value1",
      ROW_NUMBER() OVER (
        PARTITION BY "hk_user"
        ORDER BY CASE WHEN "hashdiff" IS NULL THEN 1 ELSE 0 END NULLS LAST, "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
      ) AS "_place1"
    FROM "touched"
  ) AS "q1"
  GROUP BY
    "q1"."hk_user"
), "repeated" AS (
  SELECT
    "hk_user"
  FROM "judged"
  WHERE
    NOT "hk_user" IS NULL
  GROUP BY
    "hk_user"
  HAVING
    COUNT(*) > 1
), "states" AS (
  SELECT
    "judged"."hk_user",
    "judged"."hashdiff",
    "judged"."_order_0",
    "judged"."_order_1",
    "judged"."load_ts",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason",
    FALSE AS "_is_copy",
    FALSE AS "_in_conflict"
  FROM "judged"
  WHERE
    "hk_user" IN (
      SELECT
        "hk_user"
      FROM "repeated"
    )
), "usable" AS (
  SELECT
    "states"."hk_user",
    "states"."hashdiff",
    "states"."_order_0",
    "states"."_order_1",
    "states"."load_ts",
    "states"."batch_id",
    "states"."row_no",
    "states"."_rank",
    "states"."_is_copy",
    COALESCE("_reason", CASE WHEN "_in_conflict" THEN 'conflict' END) AS "_reason",
    "_reason" IS NULL AND NOT "_in_conflict" AND NOT "_is_copy" AS "_counts"
  FROM "states"
), "chained" AS (
  SELECT
    "u"."hk_user",
    "u"."hashdiff",
    "u"."_order_0",
    "u"."_order_1",
    "u"."load_ts",
    "u"."batch_id",
    "u"."row_no",
    "u"."_rank",
    "u"."_is_copy",
    "u"."_reason",
    COALESCE(
      LAG("u"."hashdiff") OVER (
        PARTITION BY "u"."hk_user", "u"."_counts"
        ORDER BY "u"."load_ts" NULLS LAST, "u"."_order_0" NULLS LAST, "u"."_order_1" NULLS LAST, "u"."row_no" NULLS LAST
      ),
      "l"."_hashdiff"
    ) AS "_hashdiff_before"
  FROM "usable" AS "u"
  LEFT JOIN "latest" AS "l"
    ON "l"."hk_user" = "u"."hk_user"
), "concluded" AS (
  SELECT
    "chained"."hk_user",
    "chained"."hashdiff",
    "chained"."_order_0",
    "chained"."_order_1",
    "chained"."load_ts",
    "chained"."batch_id",
    "chained"."row_no",
    "chained"."_rank",
    "chained"."_is_copy",
    "chained"."_reason",
    "chained"."_hashdiff_before",
    CASE
      WHEN NOT "_reason" IS NULL
      THEN 'quarantined'
      WHEN "_is_copy"
      THEN 'duplicate'
      WHEN "_hashdiff_before" = "hashdiff"
      THEN 'unchanged'
      ELSE 'inserted'
    END AS "_outcome"
  FROM "chained"
)
SELECT
  "concluded"."hk_user",
  "concluded"."hashdiff",
  "concluded"."_order_0",
  "concluded"."_order_1",
  "concluded"."load_ts",
  "concluded"."batch_id",
  "concluded"."row_no",
  "concluded"."_rank",
  "concluded"."_is_copy",
  "concluded"."_reason",
  "concluded"."_hashdiff_before",
  "concluded"."_outcome",
  ROW_NUMBER() OVER (
    PARTITION BY "hk_user", "load_ts", "_outcome"
    ORDER BY "load_ts" NULLS LAST, "_order_0" NULLS LAST, "_order_1" NULLS LAST, "row_no" NULLS LAST
  ) - 1 AS "load_seq"
FROM "concluded"
UNION ALL
SELECT
  "j"."hk_user",
  "j"."hashdiff",
  "j"."_order_0",
  "j"."_order_1",
  "j"."load_ts",
  "j"."batch_id",
  "j"."row_no",
  "j"."_rank",
  FALSE AS "_is_copy",
  "j"."_reason",
  "l"."_hashdiff" AS "_hashdiff_before",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN (
      FALSE
    )
    THEN 'duplicate'
    WHEN (
      "l"."_hashdiff"
    ) = "hashdiff"
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome",
  0 AS "load_seq"
FROM "judged" AS "j"
LEFT JOIN "latest" AS "l"
  ON "l"."hk_user" = "j"."hk_user"
WHERE
  (
    NOT "j"."_reason" IS NULL OR NOT "l"."hk_user" IS NULL
  )
  AND (
    "j"."hk_user" IS NULL
    OR NOT "j"."hk_user" IN (
      SELECT
        "hk_user"
      FROM "repeated"
    )
  );

INSERT INTO "vault"."sat_user_profile" ("hk_user", "first_name", "last_name", "gender", "registration_ts", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_user" AS "hk_user",
    "s"."hd_sat_user_profile" AS "hashdiff",
    "s"."first_name" AS "first_name",
    "s"."last_name" AS "last_name",
    "s"."gender" AS "gender",
    "s"."registration_ts" AS "registration_ts",
    "s"."ts" AS "_order_0",
    "s"."item_in_session" AS "_order_1",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM (
    SELECT
      "page_view_events"."batch_id",
      "page_view_events"."load_ts",
      "page_view_events"."row_no",
      "page_view_events"."record_source",
      "page_view_events"."ts",
      "page_view_events"."session_id",
      "page_view_events"."level",
      "page_view_events"."item_in_session",
      "page_view_events"."auth",
      "page_view_events"."page",
      "page_view_events"."method",
      "page_view_events"."status",
      "page_view_events"."artist",
      "page_view_events"."song",
      "page_view_events"."duration",
      "page_view_events"."city",
      "page_view_events"."state",
      "page_view_events"."zip",
      "page_view_events"."user_agent",
      "page_view_events"."lon",
      "page_view_events"."lat",
      "page_view_events"."user_id",
      "page_view_events"."first_name",
      "page_view_events"."last_name",
      "page_view_events"."gender",
      "page_view_events"."registration_ts",
      "page_view_events"."tag",
      "page_view_events"."event_id",
      "page_view_events"."hk_user",
      "page_view_events"."hk_user_agent",
      "page_view_events"."hk_plan",
      "page_view_events"."hk_session",
      "page_view_events"."hk_song",
      "page_view_events"."hk_artist",
      "page_view_events"."hk_location_geo",
      "page_view_events"."hk_location_zip",
      "page_view_events"."hk_location_city",
      "page_view_events"."hk_location_state",
      "page_view_events"."hk_web_page",
      "page_view_events"."lk_user_agent_user",
      "page_view_events"."lk_location_geo_zip",
      "page_view_events"."lk_location_zip_city",
      "page_view_events"."lk_location_city_state",
      "page_view_events"."lk_user_plan",
      "page_view_events"."lk_web_click",
      "page_view_events"."hd_nhl_web_click",
      "page_view_events"."hd_sat_user_profile"
    FROM "stage"."page_view_events"
    WHERE
      NOT "user_id" IS NULL
  ) AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."hk_user",
  "i"."first_name",
  "i"."last_name",
  "i"."gender",
  "i"."registration_ts",
  "i"."load_ts",
  COALESCE("d"."load_seq", 0) AS "load_seq",
  "i"."hashdiff",
  "i"."record_source",
  "i"."batch_id"
FROM "incoming" AS "i"
LEFT JOIN "decided" AS "d"
  ON "d"."batch_id" = "i"."batch_id"
  AND "d"."row_no" = "i"."row_no"
  AND "d"."_rank" = "i"."_rank"
WHERE
  "d"."_outcome" IS NULL OR "d"."_outcome" = 'inserted';

CREATE LOCAL TEMPORARY TABLE "outcomes" ON COMMIT PRESERVE ROWS AS
WITH "counted" AS (
  SELECT
    "batch_id",
    COUNT(CASE WHEN "_outcome" = 'unchanged' THEN 1 END) AS "unchanged",
    COUNT(CASE WHEN "_outcome" = 'duplicate' THEN 1 END) AS "duplicate",
    COUNT(CASE WHEN "_outcome" = 'quarantined' THEN 1 END) AS "quarantined"
  FROM "decided"
  GROUP BY
    "batch_id"
), "written" AS (
  SELECT
    "batch_id",
    COUNT(*) AS "inserted"
  FROM "vault"."sat_user_profile"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "batch_id"
)
SELECT
  "p"."stage",
  "p"."batch_id",
  "p"."load_ts",
  COALESCE("w"."inserted", 0) + COALESCE("c"."unchanged" + "c"."duplicate" + "c"."quarantined", 0) AS "rows_in",
  COALESCE("w"."inserted", 0) AS "inserted",
  COALESCE("c"."unchanged", 0) AS "unchanged",
  COALESCE("c"."duplicate", 0) AS "duplicate",
  COALESCE("c"."quarantined", 0) AS "quarantined"
FROM "pending" AS "p"
LEFT JOIN "counted" AS "c"
  ON "c"."batch_id" = "p"."batch_id"
LEFT JOIN "written" AS "w"
  ON "w"."batch_id" = "p"."batch_id"
WHERE
  NOT "p"."again";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "run_id", "applied_at")
SELECT
  'vault.sat_user_profile' AS "table_name",
  "outcomes"."stage",
  "outcomes"."batch_id",
  "outcomes"."load_ts",
  "outcomes"."rows_in",
  "outcomes"."inserted",
  "outcomes"."unchanged",
  "outcomes"."duplicate",
  "outcomes"."quarantined",
  'run' AS "run_id",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at"
FROM "outcomes";

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user",
    "load_ts",
    "load_seq",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."sat_user_profile"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_user",
    "load_ts",
    "load_seq"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."rows_in",
  "wrong_rows"."rows_out",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "staged" AS (
    SELECT
      "p"."batch_id",
      COUNT(*) AS "rows_in"
    FROM (
      SELECT
        "page_view_events"."batch_id",
        "page_view_events"."load_ts",
        "page_view_events"."row_no",
        "page_view_events"."record_source",
        "page_view_events"."ts",
        "page_view_events"."session_id",
        "page_view_events"."level",
        "page_view_events"."item_in_session",
        "page_view_events"."auth",
        "page_view_events"."page",
        "page_view_events"."method",
        "page_view_events"."status",
        "page_view_events"."artist",
        "page_view_events"."song",
        "page_view_events"."duration",
        "page_view_events"."city",
        "page_view_events"."state",
        "page_view_events"."zip",
        "page_view_events"."user_agent",
        "page_view_events"."lon",
        "page_view_events"."lat",
        "page_view_events"."user_id",
        "page_view_events"."first_name",
        "page_view_events"."last_name",
        "page_view_events"."gender",
        "page_view_events"."registration_ts",
        "page_view_events"."tag",
        "page_view_events"."event_id",
        "page_view_events"."hk_user",
        "page_view_events"."hk_user_agent",
        "page_view_events"."hk_plan",
        "page_view_events"."hk_session",
        "page_view_events"."hk_song",
        "page_view_events"."hk_artist",
        "page_view_events"."hk_location_geo",
        "page_view_events"."hk_location_zip",
        "page_view_events"."hk_location_city",
        "page_view_events"."hk_location_state",
        "page_view_events"."hk_web_page",
        "page_view_events"."lk_user_agent_user",
        "page_view_events"."lk_location_geo_zip",
        "page_view_events"."lk_location_zip_city",
        "page_view_events"."lk_location_city_state",
        "page_view_events"."lk_user_plan",
        "page_view_events"."lk_web_click",
        "page_view_events"."hd_nhl_web_click",
        "page_view_events"."hd_sat_user_profile"
      FROM "stage"."page_view_events"
      WHERE
        NOT "user_id" IS NULL
    ) AS "s"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
    WHERE
      NOT "p"."again"
      AND "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    GROUP BY
      "p"."batch_id"
  ), "rows_in" AS (
    SELECT
      "batch_id",
      SUM("rows_in") AS "rows_in"
    FROM "staged"
    GROUP BY
      "batch_id"
  )
  SELECT
    COALESCE("i"."batch_id", "o"."batch_id") AS "batch_id",
    COALESCE("i"."rows_in", 0) AS "rows_in",
    COALESCE("o"."rows_in", 0) AS "rows_out"
  FROM "rows_in" AS "i"
  FULL OUTER JOIN "outcomes" AS "o"
    ON "i"."batch_id" = "o"."batch_id"
  WHERE
    COALESCE("i"."rows_in", 0) <> COALESCE("o"."rows_in", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "seen" AS (
    SELECT
      "hk_user",
      "load_ts",
      "load_seq",
      "hashdiff"
    FROM "vault"."sat_user_profile"
  ), "several" AS (
    SELECT DISTINCT
      "hk_user"
    FROM (
      SELECT
        "hk_user"
      FROM "decided"
      WHERE
        "_outcome" = 'inserted'
      GROUP BY
        "hk_user",
        "hashdiff"
      HAVING
        COUNT(*) > 1
    ) AS "s1"
  ), "history" AS (
    SELECT
      "hk_user",
      "load_ts",
      "load_seq",
      "hashdiff",
      LAG("hashdiff") OVER (PARTITION BY "hk_user" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "hashdiff_before"
    FROM "seen"
    WHERE
      "hk_user" IN (
        SELECT
          "hk_user"
        FROM "several"
      )
  )
  SELECT
    "h"."hk_user",
    "h"."load_ts",
    "h"."load_seq",
    "t"."batch_id"
  FROM "history" AS "h"
  INNER JOIN "vault"."sat_user_profile" AS "t"
    ON "t"."hk_user" = "h"."hk_user"
    AND "t"."load_ts" = "h"."load_ts"
    AND "t"."load_seq" = "h"."load_seq"
  WHERE
    "h"."hashdiff" = "h"."hashdiff_before"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."parent",
  "wrong_rows"."missing_key",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "s1"."parent",
    "s1"."missing_key",
    "s1"."batch_id"
  FROM (
    SELECT
      'vault.hub_user' AS "parent",
      "t"."hk_user" AS "missing_key",
      "t"."batch_id"
    FROM (
      SELECT
        "sat_user_profile"."hk_user",
        "sat_user_profile"."first_name",
        "sat_user_profile"."last_name",
        "sat_user_profile"."gender",
        "sat_user_profile"."registration_ts",
        "sat_user_profile"."load_ts",
        "sat_user_profile"."load_seq",
        "sat_user_profile"."hashdiff",
        "sat_user_profile"."record_source",
        "sat_user_profile"."batch_id"
      FROM "vault"."sat_user_profile"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "t"
    WHERE
      NOT "t"."hk_user" IS NULL
      AND NOT EXISTS(
        SELECT
          1
        FROM "vault"."hub_user" AS "p"
        WHERE
          "p"."hk_user" = "t"."hk_user"
      )
  ) AS "s1"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_user",
  "wrong_rows"."load_ts",
  "wrong_rows"."problem",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "some_rows" AS (
    SELECT
      "sat_user_profile"."hk_user",
      "sat_user_profile"."first_name",
      "sat_user_profile"."last_name",
      "sat_user_profile"."gender",
      "sat_user_profile"."registration_ts",
      "sat_user_profile"."load_ts",
      "sat_user_profile"."load_seq",
      "sat_user_profile"."hashdiff",
      "sat_user_profile"."record_source",
      "sat_user_profile"."batch_id"
    FROM "vault"."sat_user_profile"
    WHERE
      "hk_user" IN (
        SELECT
          "hk_user" AS "hk_user"
        FROM (
          SELECT
            "sat_user_profile"."hk_user",
            "sat_user_profile"."first_name",
            "sat_user_profile"."last_name",
            "sat_user_profile"."gender",
            "sat_user_profile"."registration_ts",
            "sat_user_profile"."load_ts",
            "sat_user_profile"."load_seq",
            "sat_user_profile"."hashdiff",
            "sat_user_profile"."record_source",
            "sat_user_profile"."batch_id"
          FROM "vault"."sat_user_profile"
          WHERE
            "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
        ) AS "s2"
        LIMIT 1000
      )
  ), "some_keys" AS (
    SELECT DISTINCT
      "hk_user"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "current_rows" AS (
    SELECT
      "q1"."hk_user",
      "q1"."first_name",
      "q1"."last_name",
      "q1"."gender",
      "q1"."registration_ts",
      "q1"."load_ts",
      "q1"."load_seq",
      "q1"."hashdiff",
      "q1"."record_source",
      "q1"."batch_id"
    FROM (
      SELECT
        "hk_user",
        "first_name",
        "last_name",
        "gender",
        "registration_ts",
        "load_ts",
        "load_seq",
        "hashdiff",
        "record_source",
        "batch_id",
        ROW_NUMBER() OVER (
          PARTITION BY "hk_user"
          ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
        ) AS "_w1"
      FROM "some_rows"
      WHERE
        "batch_id" <> 'ghost'
    ) AS "q1"
    WHERE
      "q1"."_w1" = 1
  ), "history_rows" AS (
    SELECT
      "hk_user",
      "first_name",
      "last_name",
      "gender",
      "registration_ts",
      "load_ts",
      "load_seq",
      "hashdiff",
      "record_source",
      "batch_id",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_user" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "periods" AS (
    SELECT DISTINCT
      "hk_user",
      "load_ts",
      "load_end_ts"
    FROM "history_rows"
    WHERE
      "load_ts" < "load_end_ts"
  ), "chained" AS (
    SELECT
      "periods"."hk_user",
      "periods"."load_ts",
      "periods"."load_end_ts",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "hk_user" ORDER BY "load_ts" NULLS LAST) AS "next_ts"
    FROM "periods"
  )
  SELECT
    "hk_user",
    MIN("load_ts") AS "load_ts",
    'no single current state' AS "problem"
  FROM (
    SELECT
      "k"."hk_user",
      "c"."load_ts",
      "c"."load_seq"
    FROM "some_keys" AS "k"
    LEFT JOIN "current_rows" AS "c"
      ON "c"."hk_user" = "k"."hk_user"
  ) AS "s1"
  GROUP BY
    "hk_user"
  HAVING
    COUNT(DISTINCT CASE WHEN NOT "load_ts" IS NULL THEN ("load_ts", "load_seq") END) <> 1
  UNION ALL
  SELECT
    "hk_user",
    "load_ts",
    'gap or overlap' AS "problem"
  FROM "chained"
  WHERE
    "load_end_ts" <> "next_ts"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."hk_user",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "batch_id",
    "hk_user"
  FROM "vault"."sat_user_profile"
  WHERE
    OCTET_LENGTH((
      COALESCE("first_name", '') || ' ' || COALESCE("last_name", '')
    )) > CHARACTER_LENGTH((
      COALESCE("first_name", '') || ' ' || COALESCE("last_name", '')
    ))
    AND REGEXP_LIKE(
      (
        COALESCE("first_name", '') || ' ' || COALESCE("last_name", '')
      ),
      '\A(?:([\x{00}-\x{7F}]|[\x{C2}-\x{DF}][\x{80}-\x{BF}]|[\x{E0}-\x{EF}][\x{80}-\x{BF}]{2}|[\x{F0}-\x{F4}][\x{80}-\x{BF}]{3})*)\z'
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."sat_user_profile" ("hk_user", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_user",
  CAST('1900-01-01 00:00:00' AS TIMESTAMP) AS "load_ts",
  0 AS "load_seq",
  "hash_key" AS "hashdiff",
  'SYSTEM' AS "record_source",
  'ghost' AS "batch_id"
FROM (
  SELECT
    CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS "hash_key"
  UNION ALL
  SELECT
    CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS "hash_key"
) AS "ghosts";
