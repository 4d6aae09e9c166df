-- Every pointer leads to a row of its satellite.
-- blocking, error
select *
from (
  {%- for history in plan.options.satellites %}
  {%- set name = history.table.name %}
  select
    {{ name | lit }} as satellite,
    {{ (name ~ "_key") | q }} as key,
    {{ (name ~ "_load_ts") | q }} as load_ts,
    {{ (name ~ "_load_seq") | q }} as load_seq
  from {{ plan.table.sql }} as p
  where
    {{ scope }}
    and not exists (
      select 1
      from {{ history.table.sql }} as t
      where
        t.load_ts in (
          select distinct {{ (name ~ "_load_ts") | q }} from {{ plan.table.sql }} where {{ scope }}
        )
        and t.{{ history.key | q }} = p.{{ (name ~ "_key") | q }}
        and t.load_ts = p.{{ (name ~ "_load_ts") | q }}
        and t.load_seq = p.{{ (name ~ "_load_seq") | q }}
    )
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
)
