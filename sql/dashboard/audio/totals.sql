-- Plays, users and songs of the days chosen, each user and song counted once.
select
  count(*) as listens,
  count(distinct user_id) as users,
  count(distinct row(song_artist, song_name)) as songs,
  coalesce(sum(song_played_sec), 0) / 3600 as hours
from mart.mart_song_play
where play_start_date between $first and $last
