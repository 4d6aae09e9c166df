CREATE TABLE IF NOT EXISTS "vault"."s_admins" (
  "lk_admins" UUID NOT NULL,
  "hk_group_id" UUID NOT NULL,
  "is_admin" BOOLEAN,
  "admin_from" TIMESTAMP,
  "load_ts" TIMESTAMP NOT NULL,
  "load_seq" INT NOT NULL,
  "hashdiff" UUID NOT NULL,
  "record_source" VARCHAR(65000) NOT NULL,
  "batch_id" VARCHAR(65000) NOT NULL
);

CREATE OR REPLACE VIEW "vault"."s_admins_current" AS
SELECT
  "q1"."lk_admins",
  "q1"."hk_group_id",
  "q1"."is_admin",
  "q1"."admin_from",
  "q1"."load_ts",
  "q1"."load_seq",
  "q1"."hashdiff",
  "q1"."record_source",
  "q1"."batch_id"
FROM (
  SELECT
    "lk_admins",
    "hk_group_id",
    "is_admin",
    "admin_from",
    "load_ts",
    "load_seq",
    "hashdiff",
    "record_source",
    "batch_id",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_admins"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "_w1"
  FROM "vault"."s_admins"
  WHERE
    "batch_id" <> 'ghost'
) AS "q1"
WHERE
  "q1"."_w1" = 1;

CREATE OR REPLACE VIEW "vault"."s_admins_history" AS
SELECT
  "lk_admins",
  "hk_group_id",
  "is_admin",
  "admin_from",
  "load_ts",
  "load_seq",
  "hashdiff",
  "record_source",
  "batch_id",
  LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "lk_admins" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
FROM "vault"."s_admins"
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
  "table_name" IN ('vault.s_admins', 'stage.groups', 'vault.l_admins');

SELECT
  "batch_id"
FROM "applied_before"
WHERE
  "table_name" = 'vault.s_admins' AND "note" = '{"replay": true}';

CREATE LOCAL TEMPORARY TABLE "pending" ON COMMIT PRESERVE ROWS AS
SELECT
  "a"."stage",
  "a"."batch_id",
  "a"."load_ts",
  FALSE AS "again"
FROM "applied_before" AS "a"
WHERE
  "a"."table_name" IN ('stage.groups')
  AND NOT EXISTS(
    SELECT
      1
    FROM "applied_before" AS "t"
    WHERE
      "t"."table_name" = 'vault.s_admins'
      AND "t"."stage" = "a"."stage"
      AND "t"."batch_id" = "a"."batch_id"
  );

SELECT
  COUNT(*)
FROM "pending"
WHERE
  "load_ts" < (
    SELECT
      MAX("load_ts")
    FROM "applied_before"
    WHERE
      "table_name" = 'vault.s_admins'
  );

SELECT
  MAX("load_ts")
FROM "applied_before"
WHERE
  "table_name" = 'vault.s_admins';

SELECT
  COUNT(*)
FROM "stage"."groups_quarantine"
WHERE
  "table_name" = 'vault.s_admins' AND "reason" LIKE 'orphan:%';

SELECT DISTINCT
  "parents"."table_name"
FROM "pending" AS "p"
CROSS JOIN (
  SELECT
    'vault.l_admins' AS "table_name"
) AS "parents"
LEFT JOIN "applied_before" AS "a"
  ON "a"."table_name" = "parents"."table_name"
  AND "a"."stage" = "p"."stage"
  AND "a"."batch_id" = "p"."batch_id"
WHERE
  "a"."batch_id" IS NULL;

CREATE LOCAL TEMPORARY TABLE "decided" ON COMMIT PRESERVE ROWS AS
WITH "incoming" AS (
  SELECT
    "s"."lk_admins" AS "lk_admins",
    "s"."hk_group_id" AS "hk_group_id",
    "s"."registration_dt" AS "_first",
    "s"."load_ts",
    "s"."record_source",
    "p"."batch_id",
    "s"."row_no",
    0 AS "_rank"
  FROM "stage"."groups" AS "s"
  INNER JOIN "pending" AS "p"
    ON "p"."stage" = 'groups' AND "p"."batch_id" = "s"."batch_id"
  WHERE
    "s"."load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
), "stored" AS (
  SELECT
    "s_admins"."lk_admins",
    "s_admins"."hk_group_id",
    "s_admins"."is_admin",
    "s_admins"."admin_from",
    "s_admins"."load_ts",
    "s_admins"."load_seq",
    "s_admins"."hashdiff",
    "s_admins"."record_source",
    "s_admins"."batch_id",
    ROW_NUMBER() OVER (
      PARTITION BY "lk_admins"
      ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
    ) AS "_age"
  FROM "vault"."s_admins"
  WHERE
    (
      "hk_group_id"
    ) IN (
      SELECT
        "hk_group_id"
      FROM "incoming"
    )
    AND "batch_id" <> 'ghost'
), "active" AS (
  SELECT
    "hk_group_id",
    "lk_admins" AS "_partner"
  FROM "stored"
  WHERE
    "_age" = 1 AND "is_admin"
), "judged" AS (
  SELECT
    "incoming"."lk_admins",
    "incoming"."hk_group_id",
    "incoming"."_first",
    "incoming"."load_ts",
    "incoming"."record_source",
    "incoming"."batch_id",
    "incoming"."row_no",
    "incoming"."_rank",
    COALESCE("incoming"."lk_admins", CAST('00000000-0000-0000-0000-000000000000' AS UUID)) AS "_partner",
    CASE
      WHEN "incoming"."hk_group_id" IS NULL
      THEN 'null_key:hk_group_id'
      WHEN NOT "incoming"."lk_admins" IS NULL AND "parent_0"."lk_admins" IS NULL
      THEN 'orphan:lk_admins'
    END AS "_reason"
  FROM "incoming"
  LEFT JOIN "vault"."l_admins" AS "parent_0"
    ON "parent_0"."lk_admins" = "incoming"."lk_admins"
), "states" AS (
  SELECT
    "judged"."lk_admins",
    "judged"."hk_group_id",
    "judged"."_first",
    "judged"."load_ts",
    "judged"."record_source",
    "judged"."batch_id",
    "judged"."row_no",
    "judged"."_rank",
    "judged"."_partner",
    "judged"."_reason",
    COALESCE(
      LAG("_partner") OVER (
        PARTITION BY "hk_group_id", "load_ts"
        ORDER BY "_partner" NULLS LAST, "row_no" NULLS LAST
      ) = "_partner",
      FALSE
    ) AS "_is_copy",
    MIN("_partner") OVER (PARTITION BY "hk_group_id", "load_ts") <> MAX("_partner") OVER (PARTITION BY "hk_group_id", "load_ts") AS "_in_conflict"
  FROM "judged"
), "usable" AS (
  SELECT
    "states"."lk_admins",
    "states"."hk_group_id",
    "states"."_first",
    "states"."load_ts",
    "states"."record_source",
    "states"."batch_id",
    "states"."row_no",
    "states"."_rank",
    "states"."_partner",
    "states"."_is_copy",
    "states"."_in_conflict",
    COALESCE("_reason", CASE WHEN "_in_conflict" THEN 'conflict' END) AS "_reason",
    "_reason" IS NULL AND NOT "_in_conflict" AND NOT "_is_copy" AS "_counts"
  FROM "states"
), "chained" AS (
  SELECT
    "u"."lk_admins",
    "u"."hk_group_id",
    "u"."_first",
    "u"."load_ts",
    "u"."record_source",
    "u"."batch_id",
    "u"."row_no",
    "u"."_rank",
    "u"."_partner",
    "u"."_is_copy",
    "u"."_in_conflict",
    "u"."_reason",
    "u"."_counts",
    COALESCE(
      LAG("u"."_partner") OVER (
        PARTITION BY "u"."hk_group_id", "u"."_counts"
        ORDER BY "u"."load_ts" NULLS LAST, "u"."row_no" NULLS LAST
      ),
      "a"."_partner",
      CAST('00000000-0000-0000-0000-000000000000' AS UUID)
    ) AS "_partner_before",
    NOT (
      "u"."hk_group_id"
    ) IN (
      SELECT
        "hk_group_id"
      FROM "stored"
    )
    AND COALESCE(
      MAX("u"."_partner") OVER (
        PARTITION BY "u"."hk_group_id", "u"."_counts"
        ORDER BY "u"."load_ts" NULLS LAST, "u"."row_no" NULLS LAST
        rows BETWEEN UNBOUNDED preceding AND 1 preceding
      ),
      CAST('00000000-0000-0000-0000-000000000000' AS UUID)
    ) = CAST('00000000-0000-0000-0000-000000000000' AS UUID) AS "_is_first"
  FROM "usable" AS "u"
  LEFT JOIN "active" AS "a"
    ON (
      "a"."hk_group_id"
    ) = (
      "u"."hk_group_id"
    )
)
SELECT
  "chained"."lk_admins",
  "chained"."hk_group_id",
  "chained"."_first",
  "chained"."load_ts",
  "chained"."record_source",
  "chained"."batch_id",
  "chained"."row_no",
  "chained"."_rank",
  "chained"."_partner",
  "chained"."_is_copy",
  "chained"."_in_conflict",
  "chained"."_reason",
  "chained"."_counts",
  "chained"."_partner_before",
  "chained"."_is_first",
  CASE
    WHEN NOT "_reason" IS NULL
    THEN 'quarantined'
    WHEN "_is_copy"
    THEN 'duplicate'
    WHEN "_partner_before" = "_partner"
    THEN 'unchanged'
    ELSE 'inserted'
  END AS "_outcome"
FROM "chained";

INSERT INTO "vault"."s_admins" ("lk_admins", "is_admin", "admin_from", "hk_group_id", "load_ts", "record_source", "batch_id", "load_seq", "hashdiff")
WITH "changes" AS (
  SELECT
    "_partner" AS "lk_admins",
    TRUE AS "is_admin",
    CASE WHEN "_is_first" THEN "_first" ELSE "load_ts" END AS "admin_from",
    "hk_group_id",
    "load_ts",
    "row_no",
    "record_source",
    "batch_id"
  FROM "decided"
  WHERE
    "_outcome" = 'inserted'
    AND "_partner" <> CAST('00000000-0000-0000-0000-000000000000' AS UUID)
  UNION ALL
  SELECT
    "_partner_before" AS "lk_admins",
    FALSE AS "is_admin",
    "load_ts" AS "admin_from",
    "hk_group_id",
    "load_ts",
    "row_no",
    "record_source",
    "batch_id"
  FROM "decided"
  WHERE
    "_outcome" = 'inserted'
    AND "_partner_before" <> CAST('00000000-0000-0000-0000-000000000000' AS UUID)
)
SELECT
  "changes"."lk_admins",
  "changes"."is_admin",
  "changes"."admin_from",
  "changes"."hk_group_id",
  "changes"."load_ts",
  "changes"."record_source",
  "changes"."batch_id",
  ROW_NUMBER() OVER (PARTITION BY "lk_admins", "load_ts" ORDER BY "row_no" NULLS LAST) - 1 AS "load_seq",
  CAST(MD5(
    REGEXP_REPLACE(
      (
        COALESCE(
          COALESCE(CASE WHEN "is_admin" THEN 'true' WHEN NOT "is_admin" THEN 'false' END, '~N'),
          ''
        ) || '|' || COALESCE(COALESCE(TO_CHAR("admin_from", 'YYYY-MM-DD HH24:MI:SS.US'), '~N'), '') || '|'
      ),
      '(?:~N[|])+$',
      '',
      1,
      1
    )
  ) AS UUID) AS "hashdiff"
FROM "changes";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "run_id", "applied_at")
SELECT
  'vault.s_admins' AS "table_name",
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
  "wrong_rows"."lk_admins",
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "lk_admins",
    "load_ts",
    "load_seq",
    COUNT(*) AS "rows_with_this_key"
  FROM "vault"."s_admins"
  WHERE
    "load_ts" BETWEEN CAST('<time>' AS TIMESTAMP) AND CAST('<time>' AS TIMESTAMP)
  GROUP BY
    "lk_admins",
    "load_ts",
    "load_seq"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."hk_group_id",
  "wrong_rows"."active_relations",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "aged" AS (
    SELECT
      "s_admins"."lk_admins",
      "s_admins"."hk_group_id",
      "s_admins"."is_admin",
      "s_admins"."admin_from",
      "s_admins"."load_ts",
      "s_admins"."load_seq",
      "s_admins"."hashdiff",
      "s_admins"."record_source",
      "s_admins"."batch_id",
      ROW_NUMBER() OVER (
        PARTITION BY "lk_admins"
        ORDER BY "load_ts" DESC NULLS LAST, "load_seq" DESC NULLS LAST
      ) AS "age"
    FROM "vault"."s_admins"
    WHERE
      (
        "hk_group_id"
      ) IN (
        SELECT
          "hk_group_id"
        FROM "decided"
        WHERE
          "_outcome" = 'inserted'
      )
  )
  SELECT
    "hk_group_id",
    COUNT(*) AS "active_relations"
  FROM "aged"
  WHERE
    "age" = 1 AND "is_admin"
  GROUP BY
    "hk_group_id"
  HAVING
    COUNT(*) > 1
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_admins",
  "wrong_rows"."load_ts",
  "wrong_rows"."load_seq",
  "wrong_rows"."batch_id",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "history" AS (
    SELECT
      "s_admins"."lk_admins",
      "s_admins"."hk_group_id",
      "s_admins"."is_admin",
      "s_admins"."admin_from",
      "s_admins"."load_ts",
      "s_admins"."load_seq",
      "s_admins"."hashdiff",
      "s_admins"."record_source",
      "s_admins"."batch_id",
      LAG("is_admin") OVER (PARTITION BY "lk_admins" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "active_before"
    FROM "vault"."s_admins"
    WHERE
      (
        "hk_group_id"
      ) IN (
        SELECT
          "hk_group_id"
        FROM "decided"
        WHERE
          "_outcome" = 'inserted'
      )
  )
  SELECT
    "lk_admins",
    "load_ts",
    "load_seq",
    "batch_id"
  FROM "history"
  WHERE
    "is_admin" = COALESCE("active_before", FALSE)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."lk_admins",
  "wrong_rows"."load_ts",
  "wrong_rows"."problem",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "some_rows" AS (
    SELECT
      "s_admins"."lk_admins",
      "s_admins"."hk_group_id",
      "s_admins"."is_admin",
      "s_admins"."admin_from",
      "s_admins"."load_ts",
      "s_admins"."load_seq",
      "s_admins"."hashdiff",
      "s_admins"."record_source",
      "s_admins"."batch_id"
    FROM "vault"."s_admins"
    WHERE
      "lk_admins" IN (
        SELECT
          CASE WHEN "q3"."n" = 0 THEN "q2"."_item0" WHEN "q3"."n" = 1 THEN "q2"."_item1" END AS "lk_admins"
        FROM (
          SELECT
            "_partner" AS "_item0",
            "_partner_before" AS "_item1"
          FROM (
            SELECT
              "decided"."lk_admins",
              "decided"."hk_group_id",
              "decided"."_first",
              "decided"."load_ts",
              "decided"."record_source",
              "decided"."batch_id",
              "decided"."row_no",
              "decided"."_rank",
              "decided"."_partner",
              "decided"."_is_copy",
              "decided"."_in_conflict",
              "decided"."_reason",
              "decided"."_counts",
              "decided"."_partner_before",
              "decided"."_is_first",
              "decided"."_outcome"
            FROM "decided"
            WHERE
              "_outcome" = 'inserted'
          ) AS "s2"
        ) AS "q2"
        CROSS JOIN (
          SELECT
            0 AS "n"
          UNION ALL
          SELECT
            1 AS "n"
        ) AS "q3"
        LIMIT 1000
      )
  ), "some_keys" AS (
    SELECT DISTINCT
      "lk_admins"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "current_rows" AS (
    SELECT
      "q1"."lk_admins",
      "q1"."hk_group_id",
      "q1"."is_admin",
      "q1"."admin_from",
      "q1"."load_ts",
      "q1"."load_seq",
      "q1"."hashdiff",
      "q1"."record_source",
      "q1"."batch_id"
    FROM (
      SELECT
        "lk_admins",
        "hk_group_id",
        "is_admin",
        "admin_from",
        "load_ts",
        "load_seq",
        "hashdiff",
        "record_source",
        "batch_id",
        ROW_NUMBER() OVER (
          PARTITION BY "lk_admins"
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
      "lk_admins",
      "hk_group_id",
      "is_admin",
      "admin_from",
      "load_ts",
      "load_seq",
      "hashdiff",
      "record_source",
      "batch_id",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "lk_admins" ORDER BY "load_ts" NULLS LAST, "load_seq" NULLS LAST) AS "load_end_ts"
    FROM "some_rows"
    WHERE
      "batch_id" <> 'ghost'
  ), "periods" AS (
    SELECT DISTINCT
      "lk_admins",
      "load_ts",
      "load_end_ts"
    FROM "history_rows"
    WHERE
      "load_ts" < "load_end_ts"
  ), "chained" AS (
    SELECT
      "periods"."lk_admins",
      "periods"."load_ts",
      "periods"."load_end_ts",
      LEAD("load_ts", 1, CAST('9999-12-31 23:59:59.999999' AS TIMESTAMP)) OVER (PARTITION BY "lk_admins" ORDER BY "load_ts" NULLS LAST) AS "next_ts"
    FROM "periods"
  )
  SELECT
    "lk_admins",
    MIN("load_ts") AS "load_ts",
    'no single current state' AS "problem"
  FROM (
    SELECT
      "k"."lk_admins",
      "c"."load_ts",
      "c"."load_seq"
    FROM "some_keys" AS "k"
    LEFT JOIN "current_rows" AS "c"
      ON "c"."lk_admins" = "k"."lk_admins"
  ) AS "s1"
  GROUP BY
    "lk_admins"
  HAVING
    COUNT(DISTINCT CASE WHEN NOT "load_ts" IS NULL THEN ("load_ts", "load_seq") END) <> 1
  UNION ALL
  SELECT
    "lk_admins",
    "load_ts",
    'gap or overlap' AS "problem"
  FROM "chained"
  WHERE
    "load_end_ts" <> "next_ts"
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "vault"."s_admins" ("lk_admins", "hk_group_id", "load_ts", "load_seq", "hashdiff", "record_source", "batch_id")
SELECT
  "hash_key" AS "lk_admins",
  "hash_key" AS "hk_group_id",
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
