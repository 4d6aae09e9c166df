-- {{ plan.table.label }}: what became of the rows of each pending batch.
{%- set origin = "w" if plan.direct else "c" %}
create or replace temp table outcomes as
with counted as (
  select
    batch_id,
    {%- if not plan.direct %}
    count(*) filter (where _outcome = 'inserted') as inserted,
    {%- endif %}
    count(*) filter (where _outcome = 'unchanged') as unchanged,
    count(*) filter (where _outcome = 'duplicate') as duplicate,
    count(*) filter (where _outcome = 'quarantined') as quarantined
  from decided
  group by batch_id
)
{%- if plan.direct %},
written as (
  select batch_id, count(*) as inserted
  from {{ new_rows if keeps_written else plan.table.sql }}
  {%- if not keeps_written %}
  where load_ts between {{ first | ts }} and {{ last | ts }}
  {%- endif %}
  group by batch_id
)
{%- endif %}
select
  p.stage,
  p.batch_id,
  p.load_ts,
  coalesce({{ origin }}.inserted, 0)
    + coalesce(c.unchanged + c.duplicate + c.quarantined, 0) as rows_in,
  coalesce({{ origin }}.inserted, 0) as inserted,
  coalesce(c.unchanged, 0) as unchanged,
  coalesce(c.duplicate, 0) as duplicate,
  coalesce(c.quarantined, 0) as quarantined
from pending as p
left join counted as c on c.batch_id = p.batch_id
{%- if plan.direct %}
left join written as w on w.batch_id = p.batch_id
{%- endif %}
where not p.again
