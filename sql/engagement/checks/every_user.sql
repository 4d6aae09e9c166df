-- mart.user_reports: users that the streams know in the window and the report does not, and the reverse.
with loads as (
  select etl_date from mart.events
  union
  select etl_date from mart.payments
  union
  select etl_date from mart.posts
),
known as (
  select l.etl_date, e.user_id from loads as l cross join mart.recent_events(l.etl_date) as e
  union
  select l.etl_date, p.user_id from loads as l cross join mart.recent_payments(l.etl_date) as p
  union
  select l.etl_date, p.user_id from loads as l cross join mart.recent_posts(l.etl_date) as p
)
select
  coalesce(k.etl_date, r.etl_date) as etl_date,
  coalesce(k.user_id, r.user_id) as user_id,
  case when r.user_id is null then 'not in the report' else 'in no stream' end as problem
from known as k
full outer join mart.user_reports as r on r.etl_date = k.etl_date and r.user_id = k.user_id
where k.user_id is null or r.user_id is null
