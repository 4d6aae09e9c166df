-- {{ view.label }}: every key of the hub and its master; a key that is nobody's duplicate is its own.
create or replace view {{ view.sql }} as
{%- if undone %}
with recursive
{%- for satellite in undone %}
ended_{{ loop.index0 }} as (
  select {{ key }}
  from (
    select
      {{ key }}, {{ satellite.active | q }} as _is_active,
      row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as _age
    from {{ satellite.sql }}
    where batch_id <> 'ghost'
  )
  where _age = 1 and not _is_active
),
{%- endfor %}
pairs as (
  select s.{{ duplicate }} as _duplicate, s.{{ stated }} as _master
  from {{ sal }} as s
  where
    s.is_current
    {%- for satellite in undone %}
    and not exists (
      select 1 from ended_{{ loop.index0 }} as e where e.{{ key }} = s.{{ key }}
    )
    {%- endfor %}
),
finals as (
  select p._duplicate, p._master
  from pairs as p
  where not exists (select 1 from pairs as m where m._duplicate = p._master)
  union all
  select p._duplicate, f._master
  from finals as f
  inner join pairs as p on p._master = f._duplicate
)
{%- else %}
with finals as (
  select {{ duplicate }} as _duplicate, {{ master }} as _master from {{ sal }} where is_current
)
{%- endif %}
select h.{{ hub_key }} as {{ hub_key }}, coalesce(f._master, h.{{ hub_key }}) as {{ master }}
from {{ hub }} as h
left join finals as f on f._duplicate = h.{{ hub_key }}
