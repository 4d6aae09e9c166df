{#- The rows of the batches in scope, from every stage that feeds the table. `again` batches are
    applied already: only rows whose unit is affected by a late, replayed or released row count.
    Names of our own begin with _, which no column of a vault table does. -#}
{%- for binding in plan.bindings %}
  {%- set filled = dict(binding.placeholders) %}
  select
    {%- for name, column in binding.columns %}
    {%- if not column %}
    null as {{ name | q }},
    {%- elif name in filled %}
    coalesce(s.{{ column | q }}, {{ filled[name] }}) as {{ name | q }},
    {%- elif name in binding.unknown %}
    coalesce(s.{{ column | q }}, {{ unknown }}) as {{ name | q }},
    {%- else %}
    s.{{ column | q }} as {{ name | q }},
    {%- endif %}
    {%- endfor %}
    {%- for name, expression in binding.expressions %}
    {{ expression }} as {{ name | q }},
    {%- endfor %}
    s.load_ts,
    {{ "'inferred' as record_source" if binding.inferred else "s.record_source" }},
    p.batch_id,
    s.row_no,
    {{ loop.index0 }} as _rank
  from {% include "vault/stage_rows.sql" %}
  inner join pending as p on p.stage = {{ binding.stage.source | lit }} and p.batch_id = s.batch_id
  where
    s.load_ts between {{ first | ts }} and {{ last | ts }}
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
