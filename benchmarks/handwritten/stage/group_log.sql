-- Stage group_log: typed rows with their hashes; bad lines with line number and reason.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
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

insert into stage.group_log
with whole as (
  select * replace (cast(user_id_from as bigint) as user_id_from), line_no(rowid) as row_no
  from delivered
  where rowid not in (select rowid from bad)
)
select
  getvariable('batch_id'), getvariable('load_ts'), row_no, 's3',
  group_id, user_id, user_id_from, event, datetime,
  hashed(concat(user_id, '|')),
  hashed(concat(group_id, '|')),
  hashed(concat(user_id, '|', group_id, '|')),
  hashed(concat(number(user_id_from), '|', part(event), '|', moment(datetime), '|'))
from whole;

insert into stage.group_log_quarantine
select
  getvariable('batch_id'), 'stage.group_log', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.group_log', line_no(d.rowid), cast(to_json(d) as varchar),
  reason, null
from delivered as d inner join bad using (rowid);
