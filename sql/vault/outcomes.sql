-- {{ plan.table.label }}: what became of the rows of each pending batch.
create or replace temp table outcomes as
select
  p.stage,
  p.batch_id,
  p.load_ts,
  count(d._outcome) as rows_in,
  count(*) filter (where d._outcome = 'inserted') as inserted,
  count(*) filter (where d._outcome = 'unchanged') as unchanged,
  count(*) filter (where d._outcome = 'duplicate') as duplicate,
  count(*) filter (where d._outcome = 'quarantined') as quarantined
from pending as p
left join decided as d on d.batch_id = p.batch_id
where not p.again
group by all
