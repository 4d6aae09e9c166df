-- Stage group_log: typed rows with their hashes; bad lines with line number and reason.
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
