CREATE OR REPLACE VIEW "mart"."purchase_totals" AS
SELECT
  'stage.purchases' AS "counted_in",
  CAST(COALESCE(SUM("product_count"), 0) AS INT) AS "products"
FROM "stage"."purchases"
UNION ALL
SELECT
  'mart.purchased_products_count_hourly',
  CAST(COALESCE(SUM("cnt"), 0) AS INT)
FROM "mart"."purchased_products_count_hourly"
UNION ALL
SELECT
  'mart.click_conversion_rates_hourly',
  CAST(COALESCE(SUM("sm"), 0) AS INT)
FROM "mart"."click_conversion_rates_hourly"
UNION ALL
SELECT
  'mart.campaign_purchase_analysis_hourly',
  CAST(COALESCE(SUM("sm"), 0) AS INT)
FROM "mart"."campaign_purchase_analysis_hourly"
UNION ALL
SELECT
  'mart.products_paid',
  CAST(COALESCE(SUM("paid"), 0) AS INT)
FROM "mart"."products_paid"
UNION ALL
SELECT
  'stage.purchases with a device',
  CAST(COALESCE(SUM("p"."product_count"), 0) AS INT)
FROM "stage"."purchases" AS "p"
WHERE
  "p"."session_id" IN (
    SELECT
      "session_id"
    FROM "stage"."devices"
  )
UNION ALL
SELECT
  'mart.users_purchases_segments_agg',
  CAST(COALESCE(SUM("products"), 0) AS INT)
FROM "mart"."users_purchases_segments_agg";

SELECT
  "wrong_rows"."counted_in",
  "wrong_rows"."products",
  "wrong_rows"."expected",
  COUNT(*) OVER () AS "wrong_rows_in_all"
FROM (
  WITH "totals" AS (
    SELECT
      "counted_in",
      "products",
      "counted_in" IN ('stage.purchases with a device', 'mart.users_purchases_segments_agg') AS "of_devices"
    FROM "mart"."purchase_totals"
  ), "expected" AS (
    SELECT
      "of_devices",
      "products"
    FROM "totals"
    WHERE
      LEFT("counted_in", CHARACTER_LENGTH('stage.')) = 'stage.'
  )
  SELECT
    "t"."counted_in",
    "t"."products",
    "e"."products" AS "expected"
  FROM "totals" AS "t"
  INNER JOIN "expected" AS "e"
    ON "e"."of_devices" = "t"."of_devices"
  WHERE
    "t"."products" <> "e"."products"
) AS "wrong_rows"
LIMIT 10;
