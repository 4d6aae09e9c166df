-- Loads mart mart_song_play_hourly_metrics: plays, users, songs and agents per day and hour (UTC).
-- A song is a pair of artist and name; one struct per pair, so that no two pairs look alike.
select
    play_start_date as play_date,
    cast(extract(hour from play_start_ts) as bigint) as play_hour,
    count(*) as listens,
    count(distinct user_id) as uniq_users,
    count(distinct row(song_artist, song_name)) as uniq_songs,
    count(distinct user_agent) as uniq_user_agents
from mart.mart_song_play
where play_start_date in (select partition_value from changed_partitions)
group by play_start_date, extract(hour from play_start_ts)
