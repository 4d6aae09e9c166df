-- Plays of the days in changed_partitions with several listen events: same user, session, millisecond
-- and song, another item. They are one play.
select play_date, user_id, session_id, ts, artist, song, count(distinct event_id) as listens
from stage.listen_events
where play_date in (select partition_value from changed_partitions)
group by all
having count(distinct event_id) > 1
