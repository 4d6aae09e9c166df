-- The ten songs that most users played in the days chosen; for one day those of the daily mart.
-- Ties: more plays, then name, then artist. Share: users of a song by the sum over the ten.
with songs as (
  select song_name, song_artist, count(distinct user_id) as users, count(*) as listens
  from mart.mart_song_play
  where play_start_date between $first and $last
  group by song_name, song_artist
),
best as (
  select
    row_number() over (order by users desc, listens desc, song_name, song_artist) as rank,
    song_name as song,
    song_artist as artist,
    users,
    listens
  from songs
  qualify rank <= 10
)
select *, song || ' – ' || artist as label, users / nullif(sum(users) over (), 0) as share
from best
order by rank
