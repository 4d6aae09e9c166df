-- A time is a snapshot once.
-- blocking, error
select snapshot_ts, count(*) as rows_with_this_time
from {{ table.sql }}
group by snapshot_ts
having count(*) > 1
