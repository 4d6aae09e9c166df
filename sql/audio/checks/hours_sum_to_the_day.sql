-- Days whose hours do not add up to their plays.
with plays as (
  select play_start_date as date, count(*) as plays from mart.mart_song_play group by all
),
hours as (
  select play_date as date, sum(listens) as listens
  from mart.mart_song_play_hourly_metrics
  group by all
)
select coalesce(p.date, h.date) as date, p.plays, h.listens
from plays as p
full outer join hours as h on h.date = p.date
where p.plays is distinct from h.listens
