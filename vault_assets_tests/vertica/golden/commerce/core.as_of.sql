CREATE OR REPLACE VIEW "core"."as_of" AS
SELECT
  CASE 'newest'
    WHEN 'newest'
    THEN (
      SELECT
        MAX("o"."extract_date")
      FROM "staging"."orders" AS "o"
    )
    WHEN 'today'
    THEN CAST(GETUTCDATE() AS DATE)
    ELSE 'newest'::!DATE
  END AS "as_of";
