-- {{ plan.table.label }}: the typed rows with the columns that are looked up.
-- Rule: a NULL in a key is not looked up; _prejoin is the first lookup that refuses the row.
create or replace temp view prejoined_rows as
select
  l.*,
  {%- for lookup, prejoin in lookups %}
  {%- for new, _ in prejoin.columns %}
  {{ lookup }}.v{{ loop.index }} as {{ new | q }},
  {%- endfor %}
  {%- endfor %}
  case
    {%- for lookup, prejoin in lookups if prejoin.quarantine %}
    when {{ lookup }}.is_found is null
      {%- for _, own, _ in prejoin.on %} and {{ own }} is not null{% endfor %} then {{ prejoin.name | lit }}
    {%- endfor %}
    when false then ''
  end as _prejoin
from {{ rows }} as l
{%- for lookup, prejoin in lookups %}
left join temp.{{ lookup }}
  on {% for _, own, _ in prejoin.on %}{{ lookup }}.k{{ loop.index }} = {{ own }}{{ "" if loop.last else " and " }}{% endfor %}
{%- endfor %}
