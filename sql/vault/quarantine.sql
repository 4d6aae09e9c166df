-- {{ plan.table.label }}: the incoming rows that cannot enter, with the reason.
insert into {{ binding.stage.quarantine.sql }} by name
select
  d.batch_id,
  {{ plan.table.label | lit }} as table_name,
  d.row_no,
  cast(to_json(struct_pack({{ raw_columns }})) as varchar) as raw,
  d._reason as reason,
  nullif(split_part(d._reason, ':', 2), '') as column_name,
  {{ detail }} as detail
from decided as d
inner join {{ binding.stage.table.sql }} as s on s.batch_id = d.batch_id and s.row_no = d.row_no
where
  d._outcome = 'quarantined'
  and d._rank = {{ rank }}
  and not exists (
    select 1
    from {{ binding.stage.quarantine.sql }} as q
    where
      q.table_name = {{ plan.table.label | lit }}
      and q.batch_id = d.batch_id
      and q.row_no = d.row_no
  )
