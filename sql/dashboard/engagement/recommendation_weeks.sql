-- Recommendations used in each week, by kind. Rule: weeks begin on Sunday, as in the chart.
select
  cast(date_trunc('week', event_date + 1) as date) - 1 as week,
  case event
    when 'suggested_hashtags_inserted' then 'Hashtags taken over'
    when 'scheduled_at_best_time' then 'Posts at the best time'
    else event
  end as kind,
  cast(sum(coalesce(hashtag_count, 1)) as bigint) as uses
from mart.recent_events(cast($load as date), window_days := cast($window as integer))
group by all
order by week, kind
