-- {{ plan.table.label }}: what became of the rows of each pending batch.
create or replace temp table outcomes as
with counted as (
  select
    batch_id,
    count(_outcome) as rows_in,
    count(*) filter (where _outcome = 'inserted') as inserted,
    count(*) filter (where _outcome = 'unchanged') as unchanged,
    count(*) filter (where _outcome = 'duplicate') as duplicate,
    count(*) filter (where _outcome = 'quarantined') as quarantined
  from decided
  group by batch_id
)
select
  p.stage,
  p.batch_id,
  p.load_ts,
  coalesce(c.rows_in, 0) as rows_in,
  coalesce(c.inserted, 0) as inserted,
  coalesce(c.unchanged, 0) as unchanged,
  coalesce(c.duplicate, 0) as duplicate,
  coalesce(c.quarantined, 0) as quarantined
from pending as p
left join counted as c on c.batch_id = p.batch_id
where not p.again
