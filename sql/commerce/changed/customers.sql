-- The customers that new batches touch: by themselves, or by an order that they have or had. And the
-- row of those who are unknown.
select s.customer_id
from staging.customers as s
inner join new_batches as b on b.batch_id = s.batch_id
union
select s.customer_id
from staging.orders as s
where s.order_id in (
  select o.order_id
  from staging.orders as o
  inner join new_batches as b on b.batch_id = o.batch_id
)
union
select -1
