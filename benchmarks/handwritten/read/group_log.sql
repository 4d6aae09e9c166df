-- Read a file of group_log into temp tables: delivered (typed), rejected (by the reader), bad (by us).
-- Committed before the load begins: row ids of an open transaction do not start at 0.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'group_id': 'BIGINT', 'user_id': 'BIGINT', 'user_id_from': 'DECIMAL(18,3)',
    'event': 'VARCHAR', 'datetime': 'TIMESTAMP'
  },
  store_rejects = true, rejects_table = 'rejected', rejects_scan = 'rejected_scan'
);
set variable gaps = (
  select coalesce(list(line - 1 - place order by place), [])
  from (select line, row_number() over (order by line) as place from rejected group by line)
);
create or replace temp table bad as
select
  rowid,
  case
    when group_id is null then 'missing:group_id'
    when user_id is null then 'missing:user_id'
    when event is null then 'missing:event'
    when datetime is null then 'missing:datetime'
    when strlen(event) > 10 then 'overlong:event'
    else 'cast:user_id_from'
  end as reason
from delivered
where
  group_id is null or user_id is null or event is null or datetime is null
  or strlen(event) > 10 or user_id_from <> trunc(user_id_from);
