-- stage.geo: sessions built whose copies differ; the latest hour counts, in it the smallest text.
select
  click_id as session_id,
  count(distinct (
    geo_latitude, geo_longitude, geo_country, geo_timezone, geo_region_name, ip_address
  )) as variants
from raw.geo_events
where click_id in (select session_id from changed_keys)
group by click_id
having variants > 1
