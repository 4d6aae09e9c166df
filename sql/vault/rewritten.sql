-- {{ plan.table.label }}: since when its past changes although no batch is applied anew: the earliest
-- quarantined orphan of the affected units, and the earliest row whose parent is gone.
insert into {{ rewritten.sql }} by name
select
  {{ plan.table.label | lit }} as table_name,
  min(load_ts) as since,
  cast($rewritten_at as timestamp) as rewritten_at
from (
  {%- for binding in plan.bindings %}
  select s.load_ts
  from {{ binding.stage.table.sql }} as s
  inner join {{ binding.stage.quarantine.sql }} as q
    on q.batch_id = s.batch_id and q.row_no = s.row_no
  where
    q.table_name = {{ plan.table.label | lit }}
    and q.reason like 'orphan:%'
    and ({{ binding.unit | cols("s") }}) in (select {{ plan.unit | cols }} from affected)
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
  {%- for parent in plan.parents if replayed %}
  union all
  select t.load_ts
  from {{ plan.table.sql }} as t
  where
    t.batch_id <> 'ghost'
    and not exists (
      select 1
      from {{ parent.table.sql }} as p
      where p.{{ parent.key | q }} = t.{{ parent.refers | q }}
    )
  {%- endfor %}
)
having min(load_ts) is not null
