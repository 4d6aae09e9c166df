-- The stored rows of a set hash to its set hash, and neighbouring sets differ.
-- blocking, error
with sets as (
  select
    {{ key }}, load_ts, any_value(batch_id) as batch_id,
    min(set_hash) as set_hash, {{ set_hash }} as recomputed
  from {{ plan.table.sql }}
  where {{ written }}
  group by {{ key }}, load_ts
),
history as (
  select *, lag(set_hash) over (partition by {{ key }} order by load_ts) as set_hash_before
  from sets
)
select {{ key }}, load_ts, batch_id
from history
where set_hash <> recomputed or set_hash = set_hash_before
