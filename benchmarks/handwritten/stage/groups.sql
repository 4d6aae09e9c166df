-- Stage groups: typed rows with their hashes; bad lines with line number and reason.
drop table if exists rejected;
drop table if exists rejected_scan;
create or replace temp table delivered as
from read_csv(
  getvariable('path'), header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
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

insert into stage.groups
select
  getvariable('batch_id'), getvariable('load_ts'), line_no(rowid), 's3',
  id, admin_id, group_name, registration_dt, is_private,
  hashed(concat(id, '|')),
  hashed(concat(admin_id, '|')),
  hashed(concat(id, '|', admin_id, '|')),
  hashed(concat(part(group_name), '|')),
  hashed(concat(is_private, '|'))
from delivered
where rowid not in (select rowid from bad);

insert into stage.groups_quarantine
select
  getvariable('batch_id'), 'stage.groups', line, any_value(csv_line),
  concat(lower(any_value(error_type)), ':', any_value(column_name)), any_value(error_message)
from rejected
group by line
union all
select
  getvariable('batch_id'), 'stage.groups', line_no(d.rowid), cast(to_json(d) as varchar), reason, null
from delivered as d inner join bad using (rowid);
