-- Days that are built and whose number of plays is not that of their distinct listens. A play has no
-- item: listens of one user, session, millisecond and song are one play; same_millisecond tells them.
with plays as (
  select play_start_date as date, count(*) as plays from mart.mart_song_play group by all
),
listens as (
  select play_date as date, count(distinct lk_song_play_context) as listens
  from stage.listen_events
  where batch_id in (
    select batch_id from registry.applied where table_name = 'vault.link_song_play_context'
  )
  group by all
)
select b.partition_value as date, p.plays, l.listens
from changed_partitions as b
left join plays as p on p.date = b.partition_value
left join listens as l on l.date = b.partition_value
where p.plays is distinct from l.listens
