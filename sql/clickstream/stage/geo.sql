-- stage.geo: the place of a session, of which raw.geo_events has a copy per event.
-- Rule: of copies that differ the latest load_hour counts, in it the smallest by text, column by column.
select
  click_id as session_id,
  geo_latitude,
  geo_longitude,
  geo_country,
  geo_timezone,
  geo_region_name,
  ip_address
from raw.geo_events
where click_id in (select session_id from changed_keys)
qualify row_number() over (
  partition by click_id
  order by
    load_hour desc,
    geo_latitude,
    geo_longitude,
    geo_country,
    geo_timezone,
    geo_region_name,
    ip_address
) = 1
