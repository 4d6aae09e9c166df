-- Plays and distinct users by hour of the day, over the days chosen; hours without plays too.
with played as (
  select
    extract(hour from play_start_ts) as hour,
    count(*) as listens,
    count(distinct user_id) as users
  from mart.mart_song_play
  where play_start_date between $first and $last
  group by all
)
select h.hour, coalesce(p.listens, 0) as listens, coalesce(p.users, 0) as users
from (select unnest(range(24)) as hour) as h
left join played as p on p.hour = h.hour
where exists (select 1 from played)
order by h.hour
