-- Read a file of groups into temp tables: delivered (typed), rejected (by the reader), bad (by us).
-- Committed before the load begins: row ids of an open transaction do not start at 0.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'id': 'BIGINT', 'admin_id': 'BIGINT', 'group_name': 'VARCHAR', 'registration_dt': 'TIMESTAMP',
    'is_private': 'BOOLEAN'
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
    when id is null then 'missing:id'
    when admin_id is null then 'missing:admin_id'
    when group_name is null then 'missing:group_name'
    when registration_dt is null then 'missing:registration_dt'
    when is_private is null then 'missing:is_private'
    else 'overlong:group_name'
  end as reason
from delivered
where
  id is null or admin_id is null or group_name is null or registration_dt is null
  or is_private is null or strlen(group_name) > 100;
