-- Days that are built and whose hours do not add up to their plays.
with plays as (
  select play_start_date as date, count(*) as plays from mart.mart_song_play group by all
),
hours as (
  select play_date as date, sum(listens) as listens
  from mart.mart_song_play_hourly_metrics
  group by all
)
select b.partition_value as date, p.plays, h.listens
from changed_partitions as b
left join plays as p on p.date = b.partition_value
left join hours as h on h.date = b.partition_value
where p.plays is distinct from h.listens
