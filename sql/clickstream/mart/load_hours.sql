-- mart.load_hours: what landed in each hour, from the first to the last; `skipped`: nothing, which is no error.
with landed as (
  select 'browser_events' as source, load_hour, count(*) as rows from raw.browser_events group by load_hour
  union all
  select 'device_events', load_hour, count(*) from raw.device_events group by load_hour
  union all
  select 'geo_events', load_hour, count(*) from raw.geo_events group by load_hour
  union all
  select 'location_events', load_hour, count(*) from raw.location_events group by load_hour
),
hours as (
  select unnest(generate_series(min(load_hour), max(load_hour), interval 1 hour)) as load_hour
  from landed
),
sources as (
  select unnest(['browser_events', 'device_events', 'geo_events', 'location_events']) as source
)
select
  h.load_hour,
  s.source,
  coalesce(l.rows, 0) as rows,
  case when l.rows is null then 'skipped' else 'loaded' end as status
from hours as h
cross join sources as s
left join landed as l on l.load_hour = h.load_hour and l.source = s.source
