-- Every key of every applied batch is covered by a row, and no key that a batch did not deliver.
-- blocking, error
with batches as (
  select batch_id, load_ts
  from registry.applied
  where
    table_name = {{ plan.table.label | lit }}
    {%- if first is defined %}
    and batch_id in (select cast(batch_id as varchar) from pending)
    {%- endif %}
),
delivered as (
  {%- for binding in plan.bindings %}
  select distinct s.{{ binding.column(plan.key) | q }} as {{ key }}, b.batch_id
  from {% include "vault/stage_rows.sql" %}
  inner join batches as b on b.batch_id = s.batch_id
  where
    s.{{ binding.column(plan.key) | q }} is not null
    and not exists (
      select 1
      from {{ binding.stage.quarantine.sql }} as q
      where
        q.table_name = {{ plan.table.label | lit }}
        and q.batch_id = s.batch_id
        and q.row_no = s.row_no
    )
  {%- endfor %}
),
covered as (
  select t.{{ key }}, b.batch_id
  from {{ plan.table.sql }} as t
  inner join batches as b
    on b.load_ts between t.load_ts and coalesce(t.until_ts, t.load_ts)
  where t.batch_id <> 'ghost'
)
select {{ key }}, batch_id, d.batch_id is not null as is_delivered
from delivered as d
full outer join covered as c using ({{ key }}, batch_id)
where d.batch_id is null or c.batch_id is null
