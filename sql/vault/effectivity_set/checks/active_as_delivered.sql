-- The active partners of a driving key are those of the last batch that delivered it.
-- blocking, error
with delivered as (
  {%- for binding in plan.bindings %}
  select
    {{ binding.unit | cols_as(plan.unit, "s") }},
    s.{{ binding.column(plan.key) | q }} as {{ key }},
    s.batch_id,
    s.row_no,
    s.load_ts
  from {% include "vault/stage_rows.sql" %}
  where
    {{ binding.unit | all_set("s") }}
    and s.batch_id in (
      select batch_id from registry.applied where table_name = {{ plan.table.label | lit }}
    )
    {%- if first is defined %}
    and ({{ binding.unit | cols("s") }}) in (select {{ plan.unit | cols }} from decided)
    {%- endif %}
  {%- endfor %}
),
last_sets as (
  select *
  from delivered
  qualify load_ts = max(load_ts) over (partition by {{ plan.unit | cols }})
),
wanted as (
  select distinct {{ plan.unit | cols }}, {{ key }}
  from last_sets as s
  where
    {{ key }} is not null
    and not exists (
      select 1
      from {{ plan.bindings[0].stage.quarantine.sql }} as q
      where
        q.table_name = {{ plan.table.label | lit }}
        and q.batch_id = s.batch_id
        and q.row_no = s.row_no
    )
),
aged as (
  select
    *, row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as age
  from {{ plan.table.sql }}
  where
    batch_id <> 'ghost'
    {%- if first is defined %}
    and ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from decided)
    {%- endif %}
),
active as (
  select {{ plan.unit | cols }}, {{ key }} from aged where age = 1 and {{ plan.options.active | q }}
)
select *, 'not active' as problem from (from wanted except from active)
union all
select *, 'not delivered' as problem from (from active except from wanted)
