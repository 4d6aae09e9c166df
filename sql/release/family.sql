-- The batch that a released batch descends from, and all that were released from it, itself first.
with recursive ancestors as (
  select batch_id, parent_batch_id, load_ts from registry.batches where batch_id = $batch_id
  union all
  select b.batch_id, b.parent_batch_id, b.load_ts
  from registry.batches as b
  inner join ancestors as a on b.batch_id = a.parent_batch_id
),
family as (
  select batch_id, load_ts from ancestors where parent_batch_id is null
  union all
  select b.batch_id, b.load_ts
  from registry.batches as b
  inner join family as f on b.parent_batch_id = f.batch_id
)
select batch_id from family order by load_ts
