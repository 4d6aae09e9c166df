-- Stage dialogs: typed rows with their hashes; bad lines with line number and reason.
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
