{#- The rows of the batches in scope, from every stage that feeds the table. `again` batches are
    applied already: only rows whose unit is affected by a late, replayed or released row count. -#}
{%- for binding in plan.bindings %}
  select
    {%- for name, column in binding.columns %}
    s.{{ column | q }} as {{ name | q }},
    {%- endfor %}
    s.load_ts,
    s.record_source,
    s.batch_id,
    s.row_no,
    {{ loop.index0 }} as source_rank
  from {{ binding.stage.table.sql }} as s
  inner join pending as p on p.stage = {{ binding.stage.source | lit }} and p.batch_id = s.batch_id
  where
    s.load_ts between {{ first | ts }} and {{ last | ts }}
    and ({{ binding.where }})
    {%- if affected %}
    and (
      not p.again
      or ({{ binding.unit | cols("s") }}) in (select {{ plan.unit | cols }} from affected)
    )
    {%- endif %}
  {%- if not loop.last %}
  union all
  {%- endif %}
{%- endfor %}
