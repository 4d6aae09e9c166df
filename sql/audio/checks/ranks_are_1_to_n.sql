-- Days whose places are not 1 to n, n at most ten.
select play_date, count(*) as songs, count(distinct rank) as places, max(rank) as last_place
from mart.mart_song_play_top_10_songs
group by play_date
having count(*) > 10 or count(distinct rank) <> count(*) or max(rank) <> count(*) or min(rank) <> 1
