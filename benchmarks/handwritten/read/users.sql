-- Read a file of users into temp tables: delivered (typed), rejected (by the reader), bad (by us).
-- Committed before the load begins: row ids of an open transaction do not start at 0.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, hive_partitioning = false,
  delim = ',', quote = '"', escape = '"',
  columns = {
    'id': 'BIGINT', 'chat_name': 'VARCHAR', 'registration_dt': 'TIMESTAMP', 'country': 'VARCHAR',
    'age': 'DECIMAL(18,3)'
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
    when registration_dt is null then 'missing:registration_dt'
    when strlen(chat_name) > 200 then 'overlong:chat_name'
    when strlen(country) > 200 then 'overlong:country'
    else 'cast:age'
  end as reason
from delivered
where
  id is null or registration_dt is null or strlen(chat_name) > 200 or strlen(country) > 200
  or age <> trunc(age);
