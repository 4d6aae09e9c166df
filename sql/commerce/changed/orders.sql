-- The orders that new batches touch: by the order itself, or by one of its lines.
select s.order_id
from staging.orders as s
inner join new_batches as b on b.batch_id = s.batch_id
union
select s.order_id
from staging.order_items as s
inner join new_batches as b on b.batch_id = s.batch_id
