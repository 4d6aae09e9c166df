CREATE LOCAL TEMPORARY TABLE "mart_batches" ON COMMIT PRESERVE ROWS AS
WITH "reads" AS (
  SELECT
    'mart.events' AS "table_name",
    'events' AS "stage"
  UNION ALL
  SELECT
    'mart.payments' AS "table_name",
    'payments' AS "stage"
  UNION ALL
  SELECT
    'mart.posts' AS "table_name",
    'posts' AS "stage"
  UNION ALL
  SELECT
    'stage.events' AS "table_name",
    'events' AS "stage"
  UNION ALL
  SELECT
    'stage.payments' AS "table_name",
    'payments' AS "stage"
  UNION ALL
  SELECT
    'stage.posts' AS "table_name",
    'posts' AS "stage"
), "needed" AS (
  SELECT
    "stage",
    COUNT(*) AS "tables"
  FROM "reads"
  GROUP BY
    "stage"
), "applied" AS (
  SELECT
    "table_name",
    "stage",
    "batch_id",
    "load_ts",
    "rows_in",
    "inserted",
    "applied_at",
    "note"
  FROM "registry"."applied"
  WHERE
    "table_name" IN (
      'mart.user_reports',
      'mart.events',
      'stage.events',
      'mart.payments',
      'stage.payments',
      'mart.posts',
      'stage.posts',
      'stage.events',
      'stage.events',
      'stage.payments',
      'stage.payments',
      'stage.posts',
      'stage.posts'
    )
), "staged" AS (
  SELECT
    "stage",
    "batch_id",
    "load_ts",
    REGEXP_SUBSTR("note", '"from_key": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1) AS "from_key",
    "rows_in" AS "records",
    "inserted" AS "loaded"
  FROM "applied"
  WHERE
    "table_name" = 'stage.' || "stage"
    AND "stage" IN (
      SELECT
        "stage"
      FROM "reads"
    )
), "marks" AS (
  SELECT
    "a"."stage",
    "a"."batch_id",
    COUNT(*) AS "tables",
    TO_HEX(
      BIT_XOR(
        HEX_TO_BINARY(
          MD5(
            CASE
              WHEN "a"."table_name" IN (
                'mart.sizing',
                'mart.events',
                'mart.payments',
                'mart.posts',
                'mart.recent_events',
                'mart.recent_payments',
                'mart.recent_posts',
                'mart.payments_per_user',
                'mart.posts_per_user',
                'mart.posts_per_user_platform',
                'mart.events_per_user',
                'mart.user_report',
                'mart.user_reports'
              )
              THEN SUBSTR((
                COALESCE('|' || "a"."table_name", '') || COALESCE('|' || "a"."note", '')
              ), 2)
              ELSE SUBSTR(
                (
                  COALESCE('|' || "a"."table_name", '') || COALESCE('|' || CAST("a"."applied_at" AS VARCHAR(30)), '')
                ),
                2
              )
            END
          )
        )
      )
    ) AS "mark"
  FROM "applied" AS "a"
  INNER JOIN "reads" AS "r"
    ON "r"."table_name" = "a"."table_name" AND "r"."stage" = "a"."stage"
  WHERE
    NOT ("a"."note" <=> '{"replay": true}')
  GROUP BY
    "a"."stage",
    "a"."batch_id"
), "rewritten" AS (
  SELECT
    "s"."batch_id",
    MAX("w"."rewritten_at") AS "rewritten_at"
  FROM "staged" AS "s"
  INNER JOIN "registry"."rewritten" AS "w"
    ON "w"."since" <= "s"."load_ts"
  WHERE
    "w"."table_name" IN (
      SELECT
        "table_name"
      FROM "reads"
    )
  GROUP BY
    "s"."batch_id"
), "judged" AS (
  SELECT
    "s"."stage",
    "s"."batch_id",
    "s"."load_ts",
    "s"."from_key",
    "s"."records",
    "s"."loaded",
    COALESCE("m"."tables" = "n"."tables", FALSE) AS "is_complete",
    '{"applied": "' || COALESCE("m"."mark", '0') || '"' AS "applied",
    ', "rewritten": "' || COALESCE(CAST("w"."rewritten_at" AS VARCHAR(30)), '') || '"}' AS "rewritten"
  FROM "staged" AS "s"
  INNER JOIN "needed" AS "n"
    ON "n"."stage" = "s"."stage"
  LEFT JOIN "marks" AS "m"
    ON "m"."stage" = "s"."stage" AND "m"."batch_id" = "s"."batch_id"
  LEFT JOIN "rewritten" AS "w"
    ON "w"."batch_id" = "s"."batch_id"
), "consumed" AS (
  SELECT
    "stage",
    "batch_id",
    "note"
  FROM "applied"
  WHERE
    "table_name" = 'mart.user_reports'
)
SELECT
  "j"."stage" AS "source",
  "j"."batch_id",
  "j"."load_ts",
  "j"."from_key",
  "j"."records",
  "j"."loaded",
  "j"."applied" || "j"."rewritten" AS "built_from",
  "j"."is_complete",
  NOT "c"."batch_id" IS NULL AS "is_consumed",
  "j"."is_complete" AND NOT ("c"."note" <=> "j"."applied" || "j"."rewritten") AS "is_new",
  "j"."is_complete"
  AND NOT "c"."batch_id" IS NULL
  AND NOT LEFT("c"."note", CHARACTER_LENGTH("j"."applied")) = "j"."applied" AS "is_again"
FROM "judged" AS "j"
LEFT JOIN "consumed" AS "c"
  ON "c"."stage" = "j"."stage" AND "c"."batch_id" = "j"."batch_id";

CREATE TABLE IF NOT EXISTS "mart"."user_reports" (
  "etl_date" DATE,
  "user_id" VARCHAR(65000),
  "total_revenue" NUMERIC(22, 2),
  "currency" VARCHAR(65000),
  "total_posts" INT,
  "average_schedule_seconds" FLOAT,
  "total_twitter_post" INT,
  "total_facebook_post" INT,
  "total_pinterest_post" INT,
  "total_instagram_post" INT,
  "total_instagram_story" INT,
  "total_linkedin_post" INT,
  "total_tiktok_post" INT,
  "suggested_hashtags_count" INT,
  "suggested_time_count" INT
);

INSERT INTO "changed_partitions"
SELECT DISTINCT
  "partition_value"
FROM (
  SELECT
    CAST(DATE_TRUNC('day', CAST("t"."value" AS TIMESTAMP)) AS DATE) AS "partition_value"
  FROM (
    SELECT
      CAST(COALESCE(
        REPLACE(
          REPLACE(
            REGEXP_SUBSTR("from_key", '"etl_date": ?"((?:[^"\\]|\\.)*)"', 1, 1, '', 1),
            '\"',
            '"'
          ),
          '\\',
          '\'
        ),
        REGEXP_SUBSTR("from_key", '"etl_date": ?(\[[^\]]*\]|\{[^}]*\}|[0-9.eE+-]+|true|false)', 1, 1, '', 1)
      ) AS TIMESTAMP) AS "touched"
    FROM "new_batches"
    WHERE
      "loaded" > 0 OR "records" = 0
  ) AS "t"("value")
  UNION ALL
  SELECT
    "etl_date"
  FROM "mart"."user_reports"
) AS "s1"
WHERE
  "partition_value" >= CAST('2000-01-01 00:00:00.000000' AS TIMESTAMP);

DELETE FROM "mart"."user_reports";

INSERT INTO "mart"."user_reports" ("etl_date", "user_id", "total_revenue", "currency", "total_posts", "average_schedule_seconds", "total_twitter_post", "total_facebook_post", "total_pinterest_post", "total_instagram_post", "total_instagram_story", "total_linkedin_post", "total_tiktok_post", "suggested_hashtags_count", "suggested_time_count")
SELECT
  "p"."partition_value" AS "etl_date",
  "r"."user_id",
  "r"."total_revenue",
  "r"."currency",
  "r"."total_posts",
  "r"."average_schedule_seconds",
  "r"."total_twitter_post",
  "r"."total_facebook_post",
  "r"."total_pinterest_post",
  "r"."total_instagram_post",
  "r"."total_instagram_story",
  "r"."total_linkedin_post",
  "r"."total_tiktok_post",
  "r"."suggested_hashtags_count",
  "r"."suggested_time_count"
FROM "changed_partitions" AS "p"
INNER JOIN (
  WITH "sides" AS (
    SELECT
      "t"."user_id",
      "t"."total_revenue" AS "total_revenue",
      "t"."currency" AS "currency",
      CAST(NULL AS INT) AS "total_posts",
      CAST(NULL AS FLOAT) AS "average_schedule_seconds",
      CAST(NULL AS INT) AS "total_twitter_post",
      CAST(NULL AS INT) AS "total_facebook_post",
      CAST(NULL AS INT) AS "total_pinterest_post",
      CAST(NULL AS INT) AS "total_instagram_post",
      CAST(NULL AS INT) AS "total_instagram_story",
      CAST(NULL AS INT) AS "total_linkedin_post",
      CAST(NULL AS INT) AS "total_tiktok_post",
      CAST(NULL AS INT) AS "suggested_hashtags_count",
      CAST(NULL AS INT) AS "suggested_time_count",
      "t"."_given_etl_date"
    FROM (
      SELECT
        "p"."user_id",
        CAST(ROUND(SUM("p"."total"), 2) AS NUMERIC(22, 2)) AS "total_revenue",
        MIN("p"."currency") AS "currency",
        "p"."_given_etl_date"
      FROM (
        SELECT
          "t"."amount_due",
          "t"."attempt_count",
          "t"."attempted",
          "t"."charge_id",
          "t"."closed",
          "t"."currency",
          "t"."user_id",
          "t"."date",
          "t"."description",
          "t"."discount_id",
          "t"."ending_balance",
          "t"."forgiven",
          "t"."id",
          "t"."line_ids",
          "t"."paid",
          "t"."receipt_number",
          "t"."received_at",
          "t"."starting_balance",
          "t"."subscription_id",
          "t"."subtotal",
          "t"."tax",
          "t"."tax_percent",
          "t"."total",
          "t"."webhooks_delivered_at",
          "t"."event_date",
          "t"."etl_date",
          "t"."user_bucket",
          "given1"."_given_etl_date"
        FROM "mart"."payments" AS "t"
        CROSS JOIN (
          SELECT DISTINCT
            "p"."partition_value" AS "_given_etl_date"
          FROM "changed_partitions" AS "p"
        ) AS "given1"
        WHERE
          "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
          AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
            (
              (
                90
              )
            )
          )
      ) AS "p"
      GROUP BY
        "p"."user_id",
        "p"."_given_etl_date"
    ) AS "t"
    UNION ALL
    SELECT
      "t"."user_id",
      CAST(NULL AS NUMERIC(22, 2)) AS "total_revenue",
      CAST(NULL AS VARCHAR(1)) AS "currency",
      "t"."total_posts" AS "total_posts",
      "t"."average_schedule_seconds" AS "average_schedule_seconds",
      "t"."total_twitter_post" AS "total_twitter_post",
      "t"."total_facebook_post" AS "total_facebook_post",
      "t"."total_pinterest_post" AS "total_pinterest_post",
      "t"."total_instagram_post" AS "total_instagram_post",
      "t"."total_instagram_story" AS "total_instagram_story",
      "t"."total_linkedin_post" AS "total_linkedin_post",
      "t"."total_tiktok_post" AS "total_tiktok_post",
      CAST(NULL AS INT) AS "suggested_hashtags_count",
      CAST(NULL AS INT) AS "suggested_time_count",
      "t"."_given_etl_date"
    FROM (
      SELECT
        "p"."user_id",
        COUNT(*) AS "total_posts",
        CAST(CAST(SUM(DATEDIFF('microsecond', "p"."scheduled_at", "p"."posted_at")) AS FLOAT) AS FLOAT) / NULLIF(COUNT("p"."scheduled_at") * 1000000, 0) AS "average_schedule_seconds",
        COUNT(CASE WHEN "p"."type" = 'TwitterPost' THEN 1 END) AS "total_twitter_post",
        COUNT(CASE WHEN "p"."type" = 'FacebookPost' THEN 1 END) AS "total_facebook_post",
        COUNT(CASE WHEN "p"."type" = 'PinterestPost' THEN 1 END) AS "total_pinterest_post",
        COUNT(CASE WHEN "p"."type" = 'InstagramPost' THEN 1 END) AS "total_instagram_post",
        COUNT(CASE WHEN "p"."type" = 'InstagramStory' THEN 1 END) AS "total_instagram_story",
        COUNT(CASE WHEN "p"."type" = 'LinkedinPost' THEN 1 END) AS "total_linkedin_post",
        COUNT(CASE WHEN "p"."type" = 'TikTokPost' THEN 1 END) AS "total_tiktok_post",
        "p"."_given_etl_date"
      FROM (
        SELECT
          "t"."id",
          "t"."active",
          "t"."delivered",
          "t"."media_id",
          "t"."media_item_id",
          "t"."posted_at",
          "t"."scheduled_at",
          "t"."social_profile_id",
          "t"."user_id",
          "t"."type",
          "t"."event_date",
          "t"."etl_date",
          "t"."user_bucket",
          "given2"."_given_etl_date"
        FROM "mart"."posts" AS "t"
        CROSS JOIN (
          SELECT DISTINCT
            "p"."partition_value" AS "_given_etl_date"
          FROM "changed_partitions" AS "p"
        ) AS "given2"
        WHERE
          "t"."etl_date" = CAST("given2"."_given_etl_date" AS DATE)
          AND "t"."event_date" > CAST("given2"."_given_etl_date" AS DATE) - (
            (
              (
                90
              )
            )
          )
      ) AS "p"
      GROUP BY
        "p"."user_id",
        "p"."_given_etl_date"
    ) AS "t"
    UNION ALL
    SELECT
      "t"."user_id",
      CAST(NULL AS NUMERIC(22, 2)) AS "total_revenue",
      CAST(NULL AS VARCHAR(1)) AS "currency",
      CAST(NULL AS INT) AS "total_posts",
      CAST(NULL AS FLOAT) AS "average_schedule_seconds",
      CAST(NULL AS INT) AS "total_twitter_post",
      CAST(NULL AS INT) AS "total_facebook_post",
      CAST(NULL AS INT) AS "total_pinterest_post",
      CAST(NULL AS INT) AS "total_instagram_post",
      CAST(NULL AS INT) AS "total_instagram_story",
      CAST(NULL AS INT) AS "total_linkedin_post",
      CAST(NULL AS INT) AS "total_tiktok_post",
      "t"."suggested_hashtags_count" AS "suggested_hashtags_count",
      "t"."suggested_time_count" AS "suggested_time_count",
      "t"."_given_etl_date"
    FROM (
      SELECT
        "e"."user_id",
        CAST(COALESCE(
          SUM(
            CASE WHEN "e"."event" = 'suggested_hashtags_inserted' THEN "e"."hashtag_count" END
          ),
          0
        ) AS INT) AS "suggested_hashtags_count",
        COUNT(CASE WHEN "e"."event" = 'scheduled_at_best_time' THEN 1 END) AS "suggested_time_count",
        "e"."_given_etl_date"
      FROM (
        SELECT
          "t"."event",
          "t"."timestamp",
          "t"."user_id",
          "t"."platform",
          "t"."hashtag_count",
          "t"."event_date",
          "t"."etl_date",
          "t"."user_bucket",
          "given3"."_given_etl_date"
        FROM "mart"."events" AS "t"
        CROSS JOIN (
          SELECT DISTINCT
            "p"."partition_value" AS "_given_etl_date"
          FROM "changed_partitions" AS "p"
        ) AS "given3"
        WHERE
          "t"."etl_date" = CAST("given3"."_given_etl_date" AS DATE)
          AND "t"."event_date" > CAST("given3"."_given_etl_date" AS DATE) - (
            (
              (
                90
              )
            )
          )
      ) AS "e"
      GROUP BY
        "e"."user_id",
        "e"."_given_etl_date"
    ) AS "t"
  )
  SELECT
    "s"."user_id",
    MAX("s"."total_revenue") AS "total_revenue",
    MAX("s"."currency") AS "currency",
    MAX("s"."total_posts") AS "total_posts",
    MAX("s"."average_schedule_seconds") AS "average_schedule_seconds",
    MAX("s"."total_twitter_post") AS "total_twitter_post",
    MAX("s"."total_facebook_post") AS "total_facebook_post",
    MAX("s"."total_pinterest_post") AS "total_pinterest_post",
    MAX("s"."total_instagram_post") AS "total_instagram_post",
    MAX("s"."total_instagram_story") AS "total_instagram_story",
    MAX("s"."total_linkedin_post") AS "total_linkedin_post",
    MAX("s"."total_tiktok_post") AS "total_tiktok_post",
    MAX("s"."suggested_hashtags_count") AS "suggested_hashtags_count",
    MAX("s"."suggested_time_count") AS "suggested_time_count",
    "s"."_given_etl_date"
  FROM "sides" AS "s"
  GROUP BY
    "s"."user_id",
    "s"."_given_etl_date"
) AS "r"
  ON "r"."_given_etl_date" = "p"."partition_value";

SELECT
  COUNT(*)
FROM "mart"."user_reports"
WHERE
  "etl_date" IN (
    SELECT
      "partition_value"
    FROM "changed_partitions"
  );

SELECT
  "wrong_rows"."etl_date",
  "wrong_rows"."user_id",
  "wrong_rows"."rows_with_this_key",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  SELECT
    "etl_date",
    "user_id",
    COUNT(*) AS "rows_with_this_key"
  FROM (
    SELECT
      "etl_date",
      "user_id"
    FROM "mart"."user_reports"
  ) AS "s1"
  GROUP BY
    "etl_date",
    "user_id"
  HAVING
    COUNT(*) > 1 OR "etl_date" IS NULL OR "user_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."etl_date",
  "wrong_rows"."user_id",
  "wrong_rows"."problem",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loads" AS (
    SELECT
      "etl_date"
    FROM "mart"."events"
    UNION
    SELECT
      "etl_date"
    FROM "mart"."payments"
    UNION
    SELECT
      "etl_date"
    FROM "mart"."posts"
  ), "known" AS (
    SELECT
      "l"."etl_date",
      "e"."user_id"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."event",
        "t"."timestamp",
        "t"."user_id",
        "t"."platform",
        "t"."hashtag_count",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."events" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "e"
      ON "e"."_given_etl_date" = "l"."etl_date"
    UNION
    SELECT
      "l"."etl_date",
      "p"."user_id"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."amount_due",
        "t"."attempt_count",
        "t"."attempted",
        "t"."charge_id",
        "t"."closed",
        "t"."currency",
        "t"."user_id",
        "t"."date",
        "t"."description",
        "t"."discount_id",
        "t"."ending_balance",
        "t"."forgiven",
        "t"."id",
        "t"."line_ids",
        "t"."paid",
        "t"."receipt_number",
        "t"."received_at",
        "t"."starting_balance",
        "t"."subscription_id",
        "t"."subtotal",
        "t"."tax",
        "t"."tax_percent",
        "t"."total",
        "t"."webhooks_delivered_at",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."payments" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "p"
      ON "p"."_given_etl_date" = "l"."etl_date"
    UNION
    SELECT
      "l"."etl_date",
      "p"."user_id"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."id",
        "t"."active",
        "t"."delivered",
        "t"."media_id",
        "t"."media_item_id",
        "t"."posted_at",
        "t"."scheduled_at",
        "t"."social_profile_id",
        "t"."user_id",
        "t"."type",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."posts" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "p"
      ON "p"."_given_etl_date" = "l"."etl_date"
  )
  SELECT
    COALESCE("k"."etl_date", "r"."etl_date") AS "etl_date",
    COALESCE("k"."user_id", "r"."user_id") AS "user_id",
    CASE WHEN "r"."user_id" IS NULL THEN 'not in the report' ELSE 'in no stream' END AS "problem"
  FROM "known" AS "k"
  FULL OUTER JOIN "mart"."user_reports" AS "r"
    ON "r"."etl_date" = "k"."etl_date" AND "r"."user_id" = "k"."user_id"
  WHERE
    "k"."user_id" IS NULL OR "r"."user_id" IS NULL
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."etl_date",
  "wrong_rows"."revenue",
  "wrong_rows"."payers",
  "wrong_rows"."posts",
  "wrong_rows"."hashtags",
  "wrong_rows"."best_times",
  "wrong_rows"."paid",
  "wrong_rows"."posted",
  "wrong_rows"."suggested",
  "wrong_rows"."scheduled",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "reported" AS (
    SELECT
      "etl_date",
      COALESCE(SUM("total_revenue"), 0) AS "revenue",
      COUNT("total_revenue") AS "payers",
      COALESCE(SUM("total_posts"), 0) AS "posts",
      COALESCE(SUM("suggested_hashtags_count"), 0) AS "hashtags",
      COALESCE(SUM("suggested_time_count"), 0) AS "best_times"
    FROM "mart"."user_reports"
    GROUP BY
      "etl_date"
  ), "paid" AS (
    SELECT
      "l"."etl_date",
      COALESCE(SUM("p"."total"), 0) AS "revenue"
    FROM "reported" AS "l"
    INNER JOIN (
      SELECT
        "t"."amount_due",
        "t"."attempt_count",
        "t"."attempted",
        "t"."charge_id",
        "t"."closed",
        "t"."currency",
        "t"."user_id",
        "t"."date",
        "t"."description",
        "t"."discount_id",
        "t"."ending_balance",
        "t"."forgiven",
        "t"."id",
        "t"."line_ids",
        "t"."paid",
        "t"."receipt_number",
        "t"."received_at",
        "t"."starting_balance",
        "t"."subscription_id",
        "t"."subtotal",
        "t"."tax",
        "t"."tax_percent",
        "t"."total",
        "t"."webhooks_delivered_at",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."payments" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "reported" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "p"
      ON "p"."_given_etl_date" = "l"."etl_date"
    GROUP BY
      "l"."etl_date"
  ), "posted" AS (
    SELECT
      "l"."etl_date",
      COUNT(*) AS "posts"
    FROM "reported" AS "l"
    INNER JOIN (
      SELECT
        "t"."id",
        "t"."active",
        "t"."delivered",
        "t"."media_id",
        "t"."media_item_id",
        "t"."posted_at",
        "t"."scheduled_at",
        "t"."social_profile_id",
        "t"."user_id",
        "t"."type",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."posts" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "reported" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "p"
      ON "p"."_given_etl_date" = "l"."etl_date"
    GROUP BY
      "l"."etl_date"
  ), "recommended" AS (
    SELECT
      "l"."etl_date",
      COALESCE(
        SUM(
          CASE WHEN "e"."event" = 'suggested_hashtags_inserted' THEN "e"."hashtag_count" END
        ),
        0
      ) AS "hashtags",
      COUNT(CASE WHEN "e"."event" = 'scheduled_at_best_time' THEN 1 END) AS "best_times"
    FROM "reported" AS "l"
    INNER JOIN (
      SELECT
        "t"."event",
        "t"."timestamp",
        "t"."user_id",
        "t"."platform",
        "t"."hashtag_count",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."events" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "reported" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "e"
      ON "e"."_given_etl_date" = "l"."etl_date"
    GROUP BY
      "l"."etl_date"
  )
  SELECT
    "r"."etl_date",
    "r"."revenue",
    "r"."payers",
    "r"."posts",
    "r"."hashtags",
    "r"."best_times",
    "p"."revenue" AS "paid",
    "t"."posts" AS "posted",
    "e"."hashtags" AS "suggested",
    "e"."best_times" AS "scheduled"
  FROM "reported" AS "r"
  LEFT JOIN "paid" AS "p"
    ON "p"."etl_date" = "r"."etl_date"
  LEFT JOIN "posted" AS "t"
    ON "t"."etl_date" = "r"."etl_date"
  LEFT JOIN "recommended" AS "e"
    ON "e"."etl_date" = "r"."etl_date"
  WHERE
    ABS("r"."revenue" - CAST(COALESCE("p"."revenue", 0) AS NUMERIC(38, 6))) > 0.005 * "r"."payers"
    OR "r"."posts" <> COALESCE("t"."posts", 0)
    OR "r"."hashtags" <> COALESCE("e"."hashtags", 0)
    OR "r"."best_times" <> COALESCE("e"."best_times", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."etl_date",
  "wrong_rows"."user_id",
  "wrong_rows"."total_posts",
  "wrong_rows"."of_known_types",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "known" AS (
    SELECT
      "l"."etl_date",
      "p"."user_id",
      COUNT(*) AS "posts"
    FROM (
      SELECT DISTINCT
        "etl_date"
      FROM "mart"."user_reports"
    ) AS "l"
    INNER JOIN (
      SELECT
        "t"."id",
        "t"."active",
        "t"."delivered",
        "t"."media_id",
        "t"."media_item_id",
        "t"."posted_at",
        "t"."scheduled_at",
        "t"."social_profile_id",
        "t"."user_id",
        "t"."type",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."posts" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM (
          SELECT DISTINCT
            "etl_date"
          FROM "mart"."user_reports"
        ) AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "p"
      ON "p"."_given_etl_date" = "l"."etl_date"
    WHERE
      "p"."type" IN (
        'TwitterPost',
        'FacebookPost',
        'PinterestPost',
        'InstagramPost',
        'InstagramStory',
        'LinkedinPost',
        'TikTokPost'
      )
    GROUP BY
      "l"."etl_date",
      "p"."user_id"
  )
  SELECT
    "r"."etl_date",
    "r"."user_id",
    "r"."total_posts",
    "k"."posts" AS "of_known_types"
  FROM "mart"."user_reports" AS "r"
  LEFT JOIN "known" AS "k"
    ON "k"."etl_date" = "r"."etl_date" AND "k"."user_id" = "r"."user_id"
  WHERE
    NOT "r"."total_posts" IS NULL
    AND "r"."total_twitter_post" + "r"."total_facebook_post" + "r"."total_pinterest_post" + "r"."total_instagram_post" + "r"."total_instagram_story" + "r"."total_linkedin_post" + "r"."total_tiktok_post" <> COALESCE("k"."posts", 0)
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."stream",
  "wrong_rows"."etl_date",
  "wrong_rows"."own_date",
  "wrong_rows"."event_date",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "loads" AS (
    SELECT DISTINCT
      "etl_date"
    FROM "mart"."user_reports"
  ), "recent" AS (
    SELECT
      'events' AS "stream",
      "l"."etl_date",
      "t"."etl_date" AS "own_date",
      "t"."event_date"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."event",
        "t"."timestamp",
        "t"."user_id",
        "t"."platform",
        "t"."hashtag_count",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."events" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "t"
      ON "t"."_given_etl_date" = "l"."etl_date"
    UNION ALL
    SELECT
      'payments',
      "l"."etl_date",
      "t"."etl_date",
      "t"."event_date"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."amount_due",
        "t"."attempt_count",
        "t"."attempted",
        "t"."charge_id",
        "t"."closed",
        "t"."currency",
        "t"."user_id",
        "t"."date",
        "t"."description",
        "t"."discount_id",
        "t"."ending_balance",
        "t"."forgiven",
        "t"."id",
        "t"."line_ids",
        "t"."paid",
        "t"."receipt_number",
        "t"."received_at",
        "t"."starting_balance",
        "t"."subscription_id",
        "t"."subtotal",
        "t"."tax",
        "t"."tax_percent",
        "t"."total",
        "t"."webhooks_delivered_at",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."payments" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "t"
      ON "t"."_given_etl_date" = "l"."etl_date"
    UNION ALL
    SELECT
      'posts',
      "l"."etl_date",
      "t"."etl_date",
      "t"."event_date"
    FROM "loads" AS "l"
    INNER JOIN (
      SELECT
        "t"."id",
        "t"."active",
        "t"."delivered",
        "t"."media_id",
        "t"."media_item_id",
        "t"."posted_at",
        "t"."scheduled_at",
        "t"."social_profile_id",
        "t"."user_id",
        "t"."type",
        "t"."event_date",
        "t"."etl_date",
        "t"."user_bucket",
        "given1"."_given_etl_date"
      FROM "mart"."posts" AS "t"
      CROSS JOIN (
        SELECT DISTINCT
          "l"."etl_date" AS "_given_etl_date"
        FROM "loads" AS "l"
      ) AS "given1"
      WHERE
        "t"."etl_date" = CAST("given1"."_given_etl_date" AS DATE)
        AND "t"."event_date" > CAST("given1"."_given_etl_date" AS DATE) - (
          90
        )
    ) AS "t"
      ON "t"."_given_etl_date" = "l"."etl_date"
  )
  SELECT
    "recent"."stream",
    "recent"."etl_date",
    "recent"."own_date",
    "recent"."event_date"
  FROM "recent"
  WHERE
    "event_date" <= "etl_date" - 90 OR "own_date" <> "etl_date"
) AS "wrong_rows"
LIMIT 10;

SELECT
  "wrong_rows"."user_id",
  "wrong_rows"."smallest",
  "wrong_rows"."largest",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "buckets" AS (
    SELECT
      "user_id",
      "user_bucket"
    FROM "mart"."events"
    UNION
    SELECT
      "user_id",
      "user_bucket"
    FROM "mart"."payments"
    UNION
    SELECT
      "user_id",
      "user_bucket"
    FROM "mart"."posts"
  )
  SELECT
    "b"."user_id",
    MIN("b"."user_bucket") AS "smallest",
    MAX("b"."user_bucket") AS "largest"
  FROM "buckets" AS "b"
  CROSS JOIN "mart"."sizing" AS "z"
  GROUP BY
    "b"."user_id"
  HAVING
    COUNT(*) > 1
    OR MIN("b"."user_bucket") < 0
    OR MAX("b"."user_bucket") >= MAX("z"."buckets")
) AS "wrong_rows"
LIMIT 10;

INSERT INTO "registry"."refreshed" ("table_name", "refreshed_at", "changed_at", "inputs", "unique_key")
SELECT
  'mart.user_reports' AS "table_name",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "refreshed_at",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "changed_at",
  'mart.events mart.payments mart.posts stage.events stage.payments stage.posts' AS "inputs",
  '"etl_date", "user_id"' AS "unique_key";

INSERT INTO "registry"."applied" ("table_name", "stage", "batch_id", "load_ts", "run_id", "rows_in", "inserted", "unchanged", "duplicate", "quarantined", "applied_at", "note")
SELECT
  'mart.user_reports' AS "table_name",
  "source" AS "stage",
  "batch_id",
  "load_ts",
  'run' AS "run_id",
  0 AS "rows_in",
  0 AS "inserted",
  0 AS "unchanged",
  0 AS "duplicate",
  0 AS "quarantined",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP) AS "applied_at",
  "built_from" AS "note"
FROM "mart_batches"
WHERE
  "is_new";

INSERT INTO "registry"."exports_due"
SELECT
  'mart.user_reports',
  "value",
  CAST(CAST('<time>' AS TIMESTAMP) AS TIMESTAMP)
FROM (
  SELECT
    CAST("partition_value" AS VARCHAR(15))
  FROM "changed_partitions"
) AS "v"("value");

SELECT
  "etl_date",
  COUNT(*)
FROM "mart"."user_reports"
GROUP BY
  "etl_date"
ORDER BY
  CASE WHEN "etl_date" IS NULL THEN 1 ELSE 0 END,
  "etl_date" DESC;
