-- {{ plan.table.label }}: the units to load again: those of late or replayed batches (late is not later
-- than one that is applied), and those of quarantined orphans whose parents have arrived.
create or replace temp table affected as
{%- for binding in plan.bindings %}
select distinct {{ binding.unit | cols_as(plan.unit, "s") }}
from {{ binding.stage.table.sql }} as s
inner join pending as p on p.stage = {{ binding.stage.source | lit }} and p.batch_id = s.batch_id
where p.load_ts <= {{ newest_applied | ts }} and {{ binding.unit | all_set("s") }}
{%- if plan.orphans == "quarantine" %}
union
select distinct {{ binding.unit | cols_as(plan.unit, "s") }}
from {{ binding.stage.table.sql }} as s
inner join {{ binding.stage.quarantine.sql }} as q
  on q.batch_id = s.batch_id and q.row_no = s.row_no
where
  q.table_name = {{ plan.table.label | lit }}
  and (
    {%- for parent in plan.parents %}
    {{ "" if loop.first else "or " }}(
      q.reason = 'orphan:{{ parent.refers }}'
      and exists (
        select 1
        from {{ parent.table.sql }} as t
        where t.{{ parent.key | q }} = s.{{ binding.column(parent.refers) | q }}
      )
    )
    {%- endfor %}
  )
{%- endif %}
{%- if not loop.last %}
union
{%- endif %}
{%- endfor %}
{%- if replayed %}
union
select distinct {{ plan.unit | cols }}
from {{ plan.table.sql }}
where batch_id in ({{ replayed | map("lit") | join(", ") }})
{%- for parent in plan.parents %}
{%- for binding in plan.bindings %}
{#- Rows that are quarantined for something else may be orphans of this parent now. #}
union
select distinct {{ binding.unit | cols_as(plan.unit, "s") }}
from {{ binding.stage.table.sql }} as s
inner join {{ binding.stage.quarantine.sql }} as q
  on q.batch_id = s.batch_id and q.row_no = s.row_no
where
  q.table_name = {{ plan.table.label | lit }}
  and q.reason not like 'null_key:%'
  and q.reason <> 'orphan:{{ parent.refers }}'
  and not exists (
    select 1
    from {{ parent.table.sql }} as p
    where p.{{ parent.key | q }} = s.{{ binding.column(parent.refers) | q }}
  )
{%- endfor %}
{#- A batch that is read anew may have lost a key that others refer to. #}
union
select distinct {{ plan.unit | cols("t") }}
from {{ plan.table.sql }} as t
where
  t.batch_id <> 'ghost'
  and not exists (
    select 1
    from {{ parent.table.sql }} as p
    where p.{{ parent.key | q }} = t.{{ parent.refers | q }}
  )
{%- endfor %}
{%- endif %}
{%- if "affected" in plan.options %}
{%- include plan.options.affected %}
{%- endif %}
