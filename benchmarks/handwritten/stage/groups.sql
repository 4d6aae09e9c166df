-- Stage groups: typed rows with their hashes; bad lines with line number and reason.
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
