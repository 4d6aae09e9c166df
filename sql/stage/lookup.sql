-- {{ plan.table.label }}: what the keys of a batch find in {{ prejoin.stage.table.label }}.
-- Rule: the latest row by (load_ts, row_no) of each key, of batches not later than this one.
select
  {%- for _ in prejoin.on %}
  k{{ loop.index }},
  {%- endfor %}
  {%- for _ in prejoin.columns %}
  v{{ loop.index }},
  {%- endfor %}
  true as is_found
from (
  select
    {%- for _, _, there in prejoin.on %}
    t.{{ there | q }} as k{{ loop.index }},
    {%- endfor %}
    {%- for _, there in prejoin.columns %}
    t.{{ there | q }} as v{{ loop.index }},
    {%- endfor %}
    row_number() over (
      partition by {% for _, _, there in prejoin.on %}t.{{ there | q }}{{ "" if loop.last else ", " }}{% endfor %}
      order by t.load_ts desc, t.row_no desc
    ) as age
  from {{ prejoin.stage.table.sql }} as t
  semi join {{ lookup }}_keys as l
    on {% for _, _, there in prejoin.on %}t.{{ there | q }} = l.k{{ loop.index }}{{ "" if loop.last else " and " }}{% endfor %}
  where t.load_ts <= cast($load_ts as timestamp)
) as ranked
where age = 1
