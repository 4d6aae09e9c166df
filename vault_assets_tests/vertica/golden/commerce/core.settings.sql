CREATE SCHEMA IF NOT EXISTS "core";

CREATE OR REPLACE VIEW "core"."settings" AS
SELECT
  'completed,processing' AS "counted",
  CAST(1000000 AS NUMERIC(18, 2)) AS "vip",
  CAST(500000 AS NUMERIC(18, 2)) AS "high_value",
  CAST(100000 AS NUMERIC(18, 2)) AS "medium_value",
  10 AS "frequent_orders",
  5 AS "regular_orders",
  2 AS "occasional_orders",
  30 AS "active_days",
  90 AS "recent_days",
  180 AS "lapsed_days",
  10 AS "low_stock",
  100 AS "high_quantity",
  50 AS "medium_quantity",
  CAST(10000000 AS NUMERIC(18, 2)) AS "high_revenue",
  CAST(5000000 AS NUMERIC(18, 2)) AS "medium_revenue",
  30 AS "sold_days",
  7 AS "lead_days",
  3 AS "safety_days",
  30 AS "cover_days",
  CAST('2020-01-01' AS DATE) AS "first_date",
  CAST('2030-12-31' AS DATE) AS "last_date";
