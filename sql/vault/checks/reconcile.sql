-- Every staged row of the batch was inserted, unchanged, a duplicate or quarantined; none is lost.
-- blocking, error, load
{#- Where every row of a stage counts, staging has counted them. #}
with staged as (
  {%- for binding in plan.bindings %}
  {%- if binding.where == "true" %}
  select p.batch_id, cast(a.inserted as bigint) as rows_in
  from applied_before as a
  inner join pending as p on p.stage = a.stage and p.batch_id = a.batch_id
  where not p.again and a.table_name = {{ binding.stage.table.label | lit }}
  {%- else %}
  select p.batch_id, count(*) as rows_in
  from {% include "vault/stage_rows.sql" %}
  inner join pending as p on p.stage = {{ binding.stage.source | lit }} and p.batch_id = s.batch_id
  where
    not p.again
    and s.load_ts between {{ first | ts }} and {{ last | ts }}
  group by p.batch_id
  {%- endif %}
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
),
rows_in as (
  select batch_id, sum(rows_in) as rows_in from staged group by batch_id
)
select batch_id, coalesce(i.rows_in, 0) as rows_in, coalesce(o.rows_in, 0) as rows_out
from rows_in as i
full outer join outcomes as o using (batch_id)
where coalesce(i.rows_in, 0) <> coalesce(o.rows_in, 0)
