-- Plays and distinct users of each day.
select play_start_date as day, count(*) as listens, count(distinct user_id) as users
from mart.mart_song_play
where play_start_date between $first and $last
group by all
order by day
