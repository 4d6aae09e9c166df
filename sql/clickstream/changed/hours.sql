-- The hours of new batches: the keys of their objects say so, also without rows.
select cast(from_key ->> 'load_hour' as timestamp) as load_hour
from new_batches
