-- The etl_dates that new batches touch: their objects' keys say so, also of batches without rows.
-- Rule: a batch of which no record could be read replaces nothing.
select cast(from_key ->> 'etl_date' as timestamp) as touched
from new_batches
where loaded > 0 or records = 0
