-- Stage dialogs: typed rows with their hashes; bad lines with line number and reason.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
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

insert into stage.dialogs
with whole as (
  select * replace (cast(message_group as bigint) as message_group), line_no(rowid) as row_no
  from delivered
  where rowid not in (select rowid from bad)
)
select
  getvariable('batch_id'), getvariable('load_ts'), row_no, 's3',
  message_id, message_ts, message_from, message_to, message, message_group,
  hashed(concat(message_id, '|')),
  hashed(concat(message_from, '|')),
  hashed(concat(message_from, '|', message_id, '|')),
  case when message_group is not null then hashed(concat(message_group, '|')) end,
  case when message_group is not null then hashed(concat(message_id, '|', message_group, '|')) end,
  hashed(concat(part(message), '|', message_from, '|', message_to, '|'))
from whole;

insert into stage.dialogs_quarantine
select
  getvariable('batch_id'), 'stage.dialogs', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.dialogs', line_no(d.rowid), cast(to_json(d) as varchar), reason, null
from delivered as d inner join bad using (rowid);
