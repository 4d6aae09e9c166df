-- Plays by the state of their session.
select upper(coalesce(location_state, 'unknown')) as state, count(*) as listens, count(distinct user_id) as users
from mart.mart_song_play
where play_start_date between $first and $last
group by all
order by listens desc, state
limit 12
