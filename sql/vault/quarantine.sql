-- {{ plan.table.label }}: the incoming rows that cannot enter, with the reason.
insert into {{ stage.quarantine.sql }} by name
select
  d.batch_id,
  {{ plan.table.label | lit }} as table_name,
  d.row_no,
  cast(to_json(struct_pack({{ raw }})) as varchar) as raw,
  d._reason as reason,
  nullif(split_part(d._reason, ':', 2), '') as column_name,
  case d._rank
    {%- for rank, detail in details %}
    when {{ rank }} then {{ detail }}
    {%- endfor %}
  end as detail
from decided as d
inner join {{ stage.table.sql }} as s on s.batch_id = d.batch_id and s.row_no = d.row_no
where
  d._outcome = 'quarantined'
  and d._rank in ({{ details | map("first") | join(", ") }})
  and not exists (
    select 1
    from {{ stage.quarantine.sql }} as q
    where
      q.table_name = {{ plan.table.label | lit }}
      and q.batch_id = d.batch_id
      and q.row_no = d.row_no
  )
