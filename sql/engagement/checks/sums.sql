-- mart.user_reports: totals per load that are not those of the streams.
-- Rule: rounding each user's revenue moves the total by at most half a cent per user. Compared with
-- six decimals, for with eighteen a large revenue does not fit.
with reported as (
  select
    etl_date,
    coalesce(sum(total_revenue), 0) as revenue,
    count(total_revenue) as payers,
    coalesce(sum(total_posts), 0) as posts,
    coalesce(sum(suggested_hashtags_count), 0) as hashtags,
    coalesce(sum(suggested_time_count), 0) as best_times
  from mart.user_reports
  group by etl_date
),
paid as (
  select l.etl_date, coalesce(sum(p.total), 0) as revenue
  from reported as l
  cross join mart.recent_payments(l.etl_date) as p
  group by l.etl_date
),
posted as (
  select l.etl_date, count(*) as posts
  from reported as l
  cross join mart.recent_posts(l.etl_date) as p
  group by l.etl_date
),
recommended as (
  select
    l.etl_date,
    coalesce(sum(case when e.event = 'suggested_hashtags_inserted' then e.hashtag_count end), 0)
      as hashtags,
    count(case when e.event = 'scheduled_at_best_time' then 1 end) as best_times
  from reported as l
  cross join mart.recent_events(l.etl_date) as e
  group by l.etl_date
)
select r.*, p.revenue as paid, t.posts as posted, e.hashtags as suggested, e.best_times as scheduled
from reported as r
left join paid as p on p.etl_date = r.etl_date
left join posted as t on t.etl_date = r.etl_date
left join recommended as e on e.etl_date = r.etl_date
where abs(r.revenue - cast(coalesce(p.revenue, 0) as decimal(38, 6))) > 0.005 * r.payers
  or r.posts <> coalesce(t.posts, 0)
  or r.hashtags <> coalesce(e.hashtags, 0)
  or r.best_times <> coalesce(e.best_times, 0)
