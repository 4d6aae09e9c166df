-- The latest snapshot, and no other, is marked as such, and it is active.
-- blocking, error
select snapshot_ts, is_active, is_latest
from {{ table.sql }}
where
  is_latest <> (snapshot_ts = (select max(snapshot_ts) from {{ table.sql }}))
  or (is_latest and not is_active)
  or is_active <> (matched_rule is not null)
