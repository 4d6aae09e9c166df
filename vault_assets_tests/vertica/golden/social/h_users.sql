CREATE SCHEMA IF NOT EXISTS "vault";

CREATE TABLE IF NOT EXISTS "vault"."h_users" (
  "hk_user_id" UUID NOT NULL,
  "user_id" INT,
  "registration_dt" TIMESTAMP,
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
  "table_name" IN ('vault.h_users', 'stage.users');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.h_users' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.users')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.h_users'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  "stage",
  "batch_id",
  "load_ts"
FROM "pending"
ORDER BY
  CASE WHEN "load_ts" IS NULL THEN 1 ELSE 0 END,
  "load_ts";

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.h_users';

SELECT
  MIN("load_ts"),
  MAX("load_ts")
FROM "pending";

SELECT
  "p"."again",
  "a"."note"
FROM "pending" AS "p"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = 'stage.users' AND "a"."batch_id" = "p"."batch_id";

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."hk_user_id" AS "hk_user_id",
    "s"."id" AS "user_id",
    "s"."registration_dt" AS "registration_dt",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."users" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'users' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "known" AS (
  SELECT
    "hk_user_id"
  FROM "vault"."h_users"
  WHERE
    "hk_user_id" IN (
      SELECT
        "hk_user_id"
      FROM "incoming"
    )
), "judged" AS (
  SELECT
    "incoming"."hk_user_id",
    "incoming"."user_id",
    "incoming"."registration_dt",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    CASE WHEN "incoming"."hk_user_id" IS NULL THEN 'null_key:hk_user_id' END AS "_reason"
  FROM "incoming"
), "repeated" AS (
  SELECT
    "hk_user_id"
  FROM "incoming"
  WHERE
    FALSE
  GROUP BY
    "hk_user_id"
  HAVING
    COUNT(*) > 1
), "doubtful" AS (
  SELECT
    "judged"."hk_user_id",
    "judged"."user_id",
    "judged"."registration_dt",
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
    "judged"."hk_user_id",
    "judged"."user_id",
    "judged"."registration_dt",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_reason"
  FROM "judged"
  WHERE
    "_reason" IS NULL
    AND "hk_user_id" IN (
      SELECT
        "hk_user_id"
      FROM "repeated"
      UNION ALL
      SELECT
        "hk_user_id"
      FROM "known"
    )
), "ranked" AS (
  SELECT
    "doubtful"."hk_user_id",
    "doubtful"."user_id",
    "doubtful"."registration_dt",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    1 AS "_place",
    CAST(NULL AS VARCHAR(1)) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "hk_user_id" IS NULL
    OR NOT "hk_user_id" IN (
      SELECT
        "hk_user_id"
      FROM "repeated"
    )
  UNION ALL
  SELECT
    "doubtful"."hk_user_id",
    "doubtful"."user_id",
    "doubtful"."registration_dt",
    "doubtful"."load_ts",
    "doubtful"."record_source",
    "doubtful"."batch_id",
    "doubtful"."row_no",
    "doubtful"."_rank",
    "doubtful"."_reason",
    ROW_NUMBER() OVER (
      PARTITION BY "hk_user_id"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_place",
    LAG("batch_id") OVER (
      PARTITION BY "hk_user_id"
      ORDER BY "load_ts" NULLS LAST, "_rank" NULLS LAST, "row_no" NULLS LAST
    ) AS "_batch_before"
  FROM "doubtful"
  WHERE
    "hk_user_id" IN (
      SELECT
        "hk_user_id"
      FROM "repeated"
    )
)
SELECT
  "ranked"."hk_user_id",
  "ranked"."user_id",
  "ranked"."registration_dt",
  "ranked"."load_ts",
  "ranked"."record_source",
  "ranked"."batch_id",
  "ranked"."row_no",
  "ranked"."_rank",
  "ranked"."_reason",
  "ranked"."_place",
  "ranked"."_batch_before",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN "_batch_before" = "batch_id"
    THEN 'duplicate'
    WHEN "_place" > 1 OR "hk_user_id" IN (
      SELECT
        "hk_user_id"
      FROM "known"
    )
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "ranked";

INSERT INTO "vault"."h_users" ("hk_user_id", "user_id", "registration_dt", "load_ts", "record_source", "batch_id")
WITH "incoming" AS (
  SELECT
    "s"."hk_user_id" AS "hk_user_id",
    "s"."id" AS "user_id",
    "s"."registration_dt" AS "registration_dt",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."users" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'users' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
)
SELECT
  "i"."hk_user_id",
  "i"."user_id",
  "i"."registration_dt",
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

SELECT
  COUNT(*)
FROM "decided"
WHERE
  "_outcome" = 'quarantined';

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
  FROM "vault"."h_users"
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
  'vault.h_users' AS "table_name",
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
  "outcomes"."stage",
  "outcomes"."batch_id",
  "outcomes"."load_ts",
  "outcomes"."rows_in",
  "outcomes"."inserted",
  "outcomes"."unchanged",
  "outcomes"."duplicate",
  "outcomes"."quarantined"
FROM "outcomes"
ORDER BY
  CASE WHEN "load_ts" IS NULL THEN 1 ELSE 0 END,
  "load_ts";

SELECT
  "wrong_rows"."hk_user_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user_id",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."h_users"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "hk_user_id"
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
      CAST("a"."inserted" AS INT) AS "rows_in"
    FROM "applied_before" AS "a"
    INNER JOIN "pending" AS "p"
      ON "p"."stage" = "a"."stage" AND "p"."batch_id" = "a"."batch_id"
    WHERE
      NOT "p"."again" AND "a"."table_name" = 'stage.users'
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
  "wrong_rows"."hk_user_id",
  "wrong_rows"."user_id",
  "wrong_rows"."batch_id",
  "wrong_rows"."row_no",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "d"."hk_user_id",
    "d"."user_id",
    "d"."batch_id",
    "d"."row_no"
  FROM "decided" AS "d"
  INNER JOIN (
    SELECT
      "h_users"."hk_user_id",
      "h_users"."user_id",
      "h_users"."registration_dt",
      "h_users"."load_ts",
      "h_users"."record_source",
      "h_users"."batch_id"
    FROM "vault"."h_users"
    WHERE
      "hk_user_id" IN (
        SELECT
          "hk_user_id"
        FROM "decided"
        WHERE
          "_outcome" IN ('unchanged', 'duplicate')
      )
  ) AS "h"
    ON "h"."hk_user_id" = "d"."hk_user_id"
  WHERE
    "d"."_outcome" IN ('unchanged', 'duplicate')
    AND NOT ((
      "d"."user_id"
    ) <=> (
      "h"."user_id"
    ))
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_user_id",
  "wrong_rows"."user_id",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "hk_user_id",
    "user_id",
    "batch_id"
  FROM (
    SELECT
      "s1"."hk_user_id",
      "s1"."user_id",
      "s1"."registration_dt",
      "s1"."load_ts",
      "s1"."record_source",
      "s1"."batch_id"
    FROM (
      SELECT
        "h_users"."hk_user_id",
        "h_users"."user_id",
        "h_users"."registration_dt",
        "h_users"."load_ts",
        "h_users"."record_source",
        "h_users"."batch_id"
      FROM "vault"."h_users"
      WHERE
        "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
    ) AS "s1"
    LIMIT 10000
  ) AS "d"
  WHERE
    "batch_id" <> 'ghost'
    AND NOT ("hk_user_id" <=> CAST(MD5((
      COALESCE(COALESCE(CAST("user_id" AS VARCHAR(20)), '~N'), '') || '|'
    )) AS UUID))
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."h_users" ("hk_user_id", "load_ts", "record_source", "batch_id")
SELECT
  "hash_key" AS "hk_user_id",
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

DROP TABLE IF EXISTS "applied_before";

DROP TABLE IF EXISTS "pending";

DROP TABLE IF EXISTS "affected";

DROP TABLE IF EXISTS "touched";

DROP TABLE IF EXISTS "decided";

DROP TABLE IF EXISTS "outcomes";

DROP TABLE IF EXISTS "involved";

DROP TABLE IF EXISTS "resolved";

DROP TABLE IF EXISTS "written_rows";
