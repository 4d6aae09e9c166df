-- {{ plan.table.label }}: rows older than this are compacted, counted back from the newest batch.
select
  {%- if plan.options.keep.unit == "batches" %}
  min(load_ts) as cutoff
from (
  select load_ts
  from registry.applied
  where table_name = {{ plan.table.label | lit }}
  order by load_ts desc
  limit {{ plan.options.keep.number }}
)
  {%- else %}
  max(load_ts) - interval {{ plan.options.keep.number }} day as cutoff
from registry.applied
where table_name = {{ plan.table.label | lit }}
  {%- endif %}
