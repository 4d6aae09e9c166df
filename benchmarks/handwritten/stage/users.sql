-- Stage users: typed rows with their hashes; bad lines with line number and reason.
insert into stage.users
select
  getvariable('batch_id'), getvariable('load_ts'), line_no(rowid), 's3',
  id, chat_name, registration_dt, country, cast(age as bigint),
  hashed(concat(id, '|')),
  hashed(case when chat_name is null then '' else concat(part(chat_name), '|') end),
  hashed(case
    when age is not null then concat(part(country), '|', cast(age as bigint), '|')
    when country is not null then concat(part(country), '|')
    else ''
  end)
from delivered
where rowid not in (select rowid from bad);

insert into stage.users_quarantine
select
  getvariable('batch_id'), 'stage.users', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.users', line_no(d.rowid), cast(to_json(d) as varchar), reason, null
from delivered as d inner join bad using (rowid);
