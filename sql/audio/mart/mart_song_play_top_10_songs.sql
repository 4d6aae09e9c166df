-- Loads mart mart_song_play_top_10_songs: the ten songs of a day with the most users.
-- Ties: more plays, then name, then artist; so the same plays always give the same ten.
with songs as (
    select
        play_start_date as play_date,
        song_name,
        song_artist,
        count(distinct user_id) as uniq_users,
        count(*) as listens
    from mart.mart_song_play
    where play_start_date in (select partition_value from changed_partitions)
    group by play_start_date, song_name, song_artist
),

ranked as (
    select
        play_date,
        song_name,
        song_artist,
        uniq_users,
        listens,
        row_number() over (
            partition by play_date
            order by uniq_users desc, listens desc, song_name, song_artist
        ) as rank
    from songs
)

select play_date, song_name, song_artist, uniq_users, listens, rank
from ranked
where rank <= 10
