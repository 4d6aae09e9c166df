-- Batches that were released from others, in the order of their load times.
select batch_id, parent_batch_id
from registry.batches
where parent_batch_id is not null
order by load_ts
