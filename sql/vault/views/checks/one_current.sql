-- The views show one current state per key, and periods without gap or overlap.
-- error
{#- Views are the same for all keys: some of those that were written are enough. #}
{%- set rows = "some_rows" %}
with some_rows as (
  {%- if first is defined and plan.touched and not alone %}
  {#- Where the load has read them, the rows before it need not be read again. #}
  select
    {%- for column in plan.table.columns %}
    {{ "" if column.name in plan.touched else "'' as " if column.name == "batch_id" else "null as " }}
    {{- column.sql }}{{ "" if loop.last else "," }}
    {%- endfor %}
  from ({% include "vault/" ~ plan.pattern ~ "/seen.sql" %})
  where {{ key }} in (select {{ key }} from {{ new_rows }} limit 1000)
  {%- elif first is defined %}
  select *
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ written_keys }} as {{ key }} from {{ new_rows }} limit 1000)
  {%- else %}
  select *
  from {{ plan.table.sql }}
  where
    {{ key }} in (
      select distinct {{ key }} from {{ plan.table.sql }} where batch_id <> 'ghost' limit 1000
    )
  {%- endif %}
),
some_keys as (
  select distinct {{ key }} from some_rows where batch_id <> 'ghost'
),
current_rows as (
  {% include "vault/" ~ plan.pattern ~ "/views/current.sql" %}
),
history_rows as (
  {% include "vault/" ~ plan.pattern ~ "/views/history.sql" %}
),
periods as (
  select distinct {{ key }}, load_ts, load_end_ts from history_rows where load_ts < load_end_ts
),
chained as (
  select
    *,
    lead(load_ts, 1, timestamp '9999-12-31 23:59:59.999999') over (
      partition by {{ key }} order by load_ts
    ) as next_ts
  from periods
)
select {{ key }}, min(load_ts) as load_ts, 'no single current state' as problem
from (
  select k.{{ key }}, c.load_ts, c.load_seq
  from some_keys as k
  left join current_rows as c on c.{{ key }} = k.{{ key }}
)
group by {{ key }}
having count(distinct (load_ts, load_seq)) filter (where load_ts is not null) <> 1
union all
select {{ key }}, load_ts, 'gap or overlap' as problem
from chained
where load_end_ts <> next_ts
