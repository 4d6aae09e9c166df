{#- Rows of the family that go with the released ones: the latest row of each line. -#}
select
  row_no,
  {%- for name in columns %}
  {{ name | q }},
  {%- endfor %}
  record_source as _record_source
from {{ plan.table.sql }}
where
  batch_id in ({{ family | map("lit") | join(", ") }})
  and row_no not in (select row_no from release_lines)
  {%- if units %}
  and (
    {%- for name in units %}
    {{ "" if loop.first else "or " }}{{ name | q }} in (select {{ name | q }} from release_units)
    {%- endfor %}
  )
  {%- endif %}
qualify row_number() over (partition by row_no order by load_ts desc) = 1
