-- It has the changes of each satellite, no more and no less, in batches that both have applied.
-- error
with shared as (
  select t.table_name, t.batch_id
  from registry.applied as t
  inner join registry.applied as x
    on x.table_name = {{ plan.table.label | lit }}
    and x.stage = t.stage
    and x.batch_id = t.batch_id
),
{%- for satellite in plan.options.satellites %}
told_{{ loop.index0 }} as (
  select {{ key }}, load_ts, load_seq, hashdiff, batch_id
  from {{ plan.table.sql }}
  where
    satellite = {{ satellite.name | lit }}
    and batch_id in (select batch_id from shared where table_name = {{ satellite.label | lit }})
    {%- if first is defined %}
    and load_ts between {{ first | ts }} and {{ last | ts }}
    {%- endif %}
),
stored_{{ loop.index0 }} as (
  {%- if satellite.name in plan.options.of_sets %}
  select distinct {{ key }}, load_ts, load_seq, set_hash as hashdiff, batch_id
  {%- else %}
  select {{ key }}, load_ts, load_seq, hashdiff, batch_id
  {%- endif %}
  from {{ satellite.sql }}
  where
    batch_id in (select batch_id from shared where table_name = {{ satellite.label | lit }})
    {%- if first is defined %}
    and load_ts between {{ first | ts }} and {{ last | ts }}
    {%- endif %}
){{ "" if loop.last else "," }}
{%- endfor %}
{%- for satellite in plan.options.satellites %}
select {{ satellite.name | lit }} as satellite, *, 'not in the satellite' as problem
from (from told_{{ loop.index0 }} except from stored_{{ loop.index0 }})
union all
select {{ satellite.name | lit }} as satellite, *, 'not in the tracking' as problem
from (from stored_{{ loop.index0 }} except from told_{{ loop.index0 }})
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
