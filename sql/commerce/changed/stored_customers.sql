-- The customers that new batches touch.
select s.customer_id
from staging.customers as s
inner join new_batches as b on b.batch_id = s.batch_id
