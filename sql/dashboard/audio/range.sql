-- First and last day with plays, and the number of days.
select min(play_date) as first, max(play_date) as last, count(distinct play_date) as days
from mart.mart_song_play_hourly_metrics
