-- Stage users: typed rows with their hashes; bad lines with line number and reason.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
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
