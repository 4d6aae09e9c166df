-- {{ plan.table.label }}: the staged batches that it has not applied.
create or replace temp table pending as
select a.stage, a.batch_id, a.load_ts, false as again
from applied_before as a
where
  a.table_name in ({{ stages | map("lit") | join(", ") }})
  {%- if only %}
  and a.batch_id in ({{ only | map("lit") | join(", ") }})
  {%- endif %}
  and not exists (
    select 1
    from applied_before as t
    where
      t.table_name = {{ plan.table.label | lit }}
      and t.stage = a.stage
      and t.batch_id = a.batch_id
  )
