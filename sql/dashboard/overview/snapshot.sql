-- The snapshot that this transaction reads, and when it was made.
select snapshot_id, snapshot_time
from ducklake_snapshots(current_database())
order by snapshot_id desc
limit 1
