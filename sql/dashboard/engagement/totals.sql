-- Sums over the users of a load and window. Rule: a missing side of a user counts as nothing.
select
  count(*) as users,
  count(total_revenue) as paying,
  coalesce(sum(total_revenue), 0) as revenue,
  cast(coalesce(sum(total_posts), 0) as bigint) as posts,
  count(total_posts) as posting,
  (
    select avg(date_diff('microsecond', scheduled_at, posted_at)) / 1000000
    from mart.recent_posts(cast($load as date), window_days := cast($window as integer))
  ) as delay,
  cast(coalesce(sum(suggested_hashtags_count), 0) as bigint) as hashtags,
  cast(coalesce(sum(suggested_time_count), 0) as bigint) as best_times,
  count(suggested_hashtags_count) as recommended,
  count(total_posts) filter (suggested_hashtags_count is not null) as posting_recommended,
  string_agg(distinct currency, ', ' order by currency) as currencies
from mart.user_report(cast($load as date), window_days := cast($window as integer))
