-- {{ plan.table.label }}: what the keys of a batch find in {{ prejoin.stage.table.label }}.
-- Rule: the latest row by (load_ts, row_no) of each key, of batches not later than this one.
create or replace temp table {{ lookup }} as
select
  {%- for _, _, there in prejoin.on %}
  t.{{ there | q }} as k{{ loop.index }},
  {%- endfor %}
  arg_max(
    struct_pack({% for _, there in prejoin.columns %}v{{ loop.index }} := t.{{ there | q }}{{ "" if loop.last else ", " }}{% endfor %}),
    struct_pack(load_ts := t.load_ts, row_no := t.row_no)
  ) as found
from {{ prejoin.stage.table.sql }} as t
semi join {{ rows }} as l
  on {% for _, own, there in prejoin.on %}t.{{ there | q }} = {{ own }}{{ "" if loop.last else " and " }}{% endfor %}
where t.load_ts <= cast($load_ts as timestamp)
group by {% for _ in prejoin.on %}{{ loop.index }}{{ "" if loop.last else ", " }}{% endfor %}
