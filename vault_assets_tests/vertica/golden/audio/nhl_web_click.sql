CREATE TABLE IF NOT EXISTS "vault"."nhl_web_click" (
  "lk_web_click" UUID NOT NULL,
  "hk_web_page" UUID NOT NULL,
  "hk_session" UUID NOT NULL,
  "event_id" VARCHAR(65000),
  "click_ts" TIMESTAMP,
  "item_in_session" INT,
  "http_method" VARCHAR(65000),
  "http_status" INT,
  "hashdiff" UUID NOT NULL,
  "load_ts" TIMESTAMP NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

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
  "table_name" IN ('vault.nhl_web_click', 'stage.page_view_events');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.nhl_web_click' AND "note" = '{"replay": true}';

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
      "t"."table_name" = 'vault.nhl_web_click'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.nhl_web_click';

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_web_click" AS "lk_web_click",
    "s"."hk_web_page" AS "hk_web_page",
    "s"."hk_session" AS "hk_session",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "click_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."method" AS "http_method",
    "s"."status" AS "http_status",
    "s"."hd_nhl_web_click" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."page_view_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "lk_web_click",
    "hashdiff" AS "_hashdiff"
  FROM "vault"."nhl_web_click"
  WHERE
    "lk_web_click" IN (
      SELECT
        "lk_web_click"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."lk_web_click",
    "incoming"."hk_web_page",
    "incoming"."hk_session",
    "incoming"."event_id",
    "incoming"."click_ts",
    "incoming"."item_in_session",
    "incoming"."http_method",
    "incoming"."http_status",
    "incoming"."hashdiff",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE
      WHEN "incoming"."hk_web_page" IS NULL
      THEN 'null_key:hk_web_page'
      WHEN "incoming"."event_id" IS NULL
      THEN 'null_key:event_id'
    END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "lk_web_click"
  FROM "incoming"
  WHERE
    NOT "lk_web_click" IS NULL
  GROUP BY
    "lk_web_click"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."lk_web_click",
    "judged"."hk_web_page",
    "judged"."hk_session",
    "judged"."event_id",
    "judged"."click_ts",
    "judged"."item_in_session",
    "judged"."http_method",
    "judged"."http_status",
    "judged"."hashdiff",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    NOT "_reason" IS NULL
  UNION ALL
  SELECT
    "judged"."lk_web_click",
    "judged"."hk_web_page",
    "judged"."hk_session",
    "judged"."event_id",
    "judged"."click_ts",
    "judged"."item_in_session",
    "judged"."http_method",
    "judged"."http_status",
    "judged"."hashdiff",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "lk_web_click" IN (
      SELECT
        "lk_web_click"
      FROM "repeated"
      UNION ALL
      SELECT
        "lk_web_click"
      FROM "known"
    )
), "states" AS (
  SELECT
    "doubtful"."lk_web_click",
    "doubtful"."hk_web_page",
    "doubtful"."hk_session",
    "doubtful"."event_id",
    "doubtful"."click_ts",
    "doubtful"."item_in_session",
    "doubtful"."http_method",
    "doubtful"."http_status",
    "doubtful"."hashdiff",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    COALESCE(
      LAG("hashdiff") OVER (
        PARTITION BY "lk_web_click", "load_ts", "_reason" IS NULL
        ORDER BY "hashdiff" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
      ) = "hashdiff",
      FALSE
    ) AS "_is_copy",
    MIN("hashdiff") OVER (PARTITION BY "lk_web_click", "load_ts", "_reason" IS NULL) <> MAX("hashdiff") OVER (PARTITION BY "lk_web_click", "load_ts", "_reason" IS NULL) AS "_in_conflict"
  FROM "doubtful"
  WHERE
    "lk_web_click" IN (
      SELECT
        "lk_web_click"
      FROM "repeated"
    )
), "usable" AS (
  SELECT
    "states"."lk_web_click",
    "states"."hk_web_page",
    "states"."hk_session",
    "states"."event_id",
    "states"."click_ts",
    "states"."item_in_session",
    "states"."http_method",
    "states"."http_status",
    "states"."hashdiff",
    "states"."load_ts",
    "states"."record_source",
    "states"."batch_id",
    "states"."row_no",
    "states"."_rank",
    "states"."_is_copy",
    COALESCE("_reason", CASE WHEN "_in_conflict" THEN 'conflict' END) AS "_reason",
    "_reason" IS NULL AND NOT "_in_conflict" AND NOT "_is_copy" AS "_counts"
  FROM "states"
), "ranked" AS (
  SELECT
    "usable"."lk_web_click",
    "usable"."hk_web_page",
    "usable"."hk_session",
    "usable"."event_id",
    "usable"."click_ts",
    "usable"."item_in_session",
    "usable"."http_method",
    "usable"."http_status",
    "usable"."hashdiff",
    "usable"."load_ts",
    "usable"."record_source",
    "usable"."batch_id",
    "usable"."row_no",
    "usable"."_rank",
    "usable"."_is_copy",
    "usable"."_reason",
    FIRST_VALUE("hashdiff") OVER (
      PARTITION BY "lk_web_click", "_counts"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_hashdiff_first",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_web_click", "_counts"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place"
  FROM "usable"
  UNION ALL
  SELECT
    "doubtful"."lk_web_click",
    "doubtful"."hk_web_page",
    "doubtful"."hk_session",
    "doubtful"."event_id",
    "doubtful"."click_ts",
    "doubtful"."item_in_session",
    "doubtful"."http_method",
    "doubtful"."http_status",
    "doubtful"."hashdiff",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    FALSE AS "_is_copy",
    "doubtful"."_reason",
    "hashdiff" AS "_hashdiff_first",
    1 AS "_place"
  FROM "doubtful"
  WHERE
    "lk_web_click" IS NULL
    OR NOT "lk_web_click" IN (
      SELECT
        "lk_web_click"
      FROM "repeated"
    )
)
SELECT
  "r"."lk_web_click",
  "r"."hk_web_page",
  "r"."hk_session",
  "r"."event_id",
  "r"."click_ts",
  "r"."item_in_session",
  "r"."http_method",
  "r"."http_status",
  "r"."hashdiff",
  "r"."load_ts",
  "r"."record_source",
  "r"."batch_id",
  "r"."row_no",
  "r"."_rank",
  "r"."_is_copy",
  "r"."_reason",
  "r"."_hashdiff_first",
  "r"."_place",
  CASE
    WHEN NOT "r"."_reason" IS NULL
    THEN 'quarantined'
    WHEN "r"."_is_copy"
    THEN 'duplicate'
    WHEN NOT "k"."lk_web_click" IS NULL OR "r"."_place" > 1
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome",
  COALESCE("k"."_hashdiff", "r"."_hashdiff_first") <> "r"."hashdiff"
  AND "r"."_reason" IS NULL AS "_is_changed"
FROM "ranked" AS "r"
LEFT JOIN "known" AS "k"
  ON "k"."lk_web_click" = "r"."lk_web_click";

INSERT INTO "vault"."nhl_web_click" ("lk_web_click", "hk_web_page", "hk_session", "event_id", "click_ts", "item_in_session", "http_method", "http_status", "hashdiff", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."lk_web_click" AS "lk_web_click",
    "s"."hk_web_page" AS "hk_web_page",
    "s"."hk_session" AS "hk_session",
    "s"."event_id" AS "event_id",
    "s"."ts" AS "click_ts",
    "s"."item_in_session" AS "item_in_session",
    "s"."method" AS "http_method",
    "s"."status" AS "http_status",
    "s"."hd_nhl_web_click" AS "hashdiff",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."page_view_events" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'page_view_events' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."lk_web_click",
  "i"."hk_web_page",
  "i"."hk_session",
  "i"."event_id",
  "i"."click_ts",
  "i"."item_in_session",
  "i"."http_method",
  "i"."http_status",
  "i"."hashdiff",
  "i"."load_ts",
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
  FROM "vault"."nhl_web_click"
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
  'vault.nhl_web_click' AS "table_name",
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
  "wrong_rows"."lk_web_click",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_web_click",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."nhl_web_click"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_web_click"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_web_click",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_web_click",
    "batch_id",
    "row_no"
  FROM "decided"
  WHERE
    "_is_changed" AND "_outcome" = 'unchanged'
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."event_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "s"."batch_id",
    "s"."row_no",
    "s"."event_id"
  FROM "stage"."page_view_events" AS "s"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND "s"."batch_id" IN (
      SELECT
        "batch_id"
      FROM "registry"."applied"
      WHERE
        "table_name" = 'vault.nhl_web_click'
    )
    AND NOT "s"."event_id" IN (
      SELECT
        "event_id"
      FROM "vault"."nhl_web_click"
      WHERE
        "batch_id" <> 'ghost'
    )
    AND NOT EXISTS(
      SELECT
        1
      FROM "stage"."page_view_events_quarantine" AS "q"
      WHERE
        "q"."table_name" = 'vault.nhl_web_click'
        AND "q"."batch_id" = "s"."batch_id"
        AND "q"."row_no" = "s"."row_no"
    )
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  "wrong_rows"."session_id",
  "wrong_rows"."item_in_session",
  "wrong_rows"."ts",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "s"."batch_id",
    "s"."row_no",
    "s"."session_id",
    "s"."item_in_session",
    "s"."ts"
  FROM "stage"."page_view_events" AS "s"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    AND "s"."page" = 'NextSong'
    AND NOT EXISTS(
      SELECT
        1
      FROM "vault"."hub_song_play" AS "p"
      WHERE
        "p"."session_id" = "s"."session_id"
        AND "p"."play_start_ts" = "s"."ts"
        AND "p"."user_id" <=> "s"."user_id"
    )
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."nhl_web_click" ("lk_web_click", "hk_web_page", "hk_session", "hashdiff", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_web_click",
  "hash_key" AS "hk_web_page",
  "hash_key" AS "hk_session",
  "hash_key" AS "hashdiff",
  CAST('1900-01-01 00:00:00' AS TIMESTAMP) AS "load_ts",
  'SYSTEM' AS "record_source",
  'ghost' AS "batch_id"
FROM (
  SELECT
    CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS "hash_key"
  UNION ALL
  SELECT
    CAST('ffffffff-ffff-ffff-ffff-ffffffffffff' AS UUID) AS "hash_key"
) AS "ghosts";
