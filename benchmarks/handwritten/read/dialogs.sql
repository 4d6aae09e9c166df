-- Read a file of dialogs into temp tables: delivered (typed), rejected (by the reader), bad (by us).
-- Committed before the load begins: row ids of an open transaction do not start at 0.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'message_id': 'BIGINT', 'message_ts': 'TIMESTAMP', 'message_from': 'BIGINT',
    'message_to': 'BIGINT', 'message': 'VARCHAR', 'message_group': 'DECIMAL(18,3)'
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
    when message_id is null then 'missing:message_id'
    when message_ts is null then 'missing:message_ts'
    when message_from is null then 'missing:message_from'
    when message_to is null then 'missing:message_to'
    when strlen(message) > 1000 then 'overlong:message'
    else 'cast:message_group'
  end as reason
from delivered
where
  message_id is null or message_ts is null or message_from is null or message_to is null
  or strlen(message) > 1000 or message_group <> trunc(message_group);
