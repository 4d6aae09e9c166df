-- The object could be read as a file of its source.
-- error
select batch_id, status, reason
from registry.failures
where list_contains($batches, batch_id) and status in ('rejected', 'missing')
