-- Views of recent rows: rows that are 90 days older than their load, or of another load.
with loads as (
  select distinct etl_date from mart.user_reports
),
recent as (
  select 'events' as stream, l.etl_date, t.etl_date as own_date, t.event_date
  from loads as l cross join mart.recent_events(l.etl_date, window_days := 90) as t
  union all
  select 'payments', l.etl_date, t.etl_date, t.event_date
  from loads as l cross join mart.recent_payments(l.etl_date, window_days := 90) as t
  union all
  select 'posts', l.etl_date, t.etl_date, t.event_date
  from loads as l cross join mart.recent_posts(l.etl_date, window_days := 90) as t
)
select * from recent where event_date <= etl_date - 90 or own_date <> etl_date
