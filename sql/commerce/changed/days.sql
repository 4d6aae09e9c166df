-- The days of the orders that new batches touch, also the days that they had before; and the days of
-- orders whose customer or product has become known by them, or has got another category.
-- Note: `having` takes nothing away. The engine expects fewer orders by it, and so looks only for these
-- among all orders.
with customers as (
  select s.customer_id
  from staging.customers as s
  left join new_batches as b on b.batch_id = s.batch_id
  where s.customer_id in (
    select n.customer_id
    from staging.customers as n
    inner join new_batches as c on c.batch_id = n.batch_id
  )
  group by s.customer_id
  having count(*) = count(b.batch_id)
),
products as (
  select s.product_id
  from staging.products as s
  left join new_batches as b on b.batch_id = s.batch_id
  group by s.product_id
  having count(b.batch_id) > 0
    and (count(*) = count(b.batch_id) or count(distinct s.category) > 1)
),
touched as (
  select s.order_id
  from staging.orders as s
  inner join new_batches as b on b.batch_id = s.batch_id
  union
  select s.order_id
  from staging.order_items as s
  inner join new_batches as b on b.batch_id = s.batch_id
  union
  select s.order_id
  from staging.orders as s
  where s.customer_id in (select customer_id from customers)
  union
  select s.order_id
  from staging.order_items as s
  where s.product_id in (select product_id from products)
)
select
  coalesce(s.order_date, s.created_at, s.updated_at, cast(s.extract_date as timestamp)) as touched
from staging.orders as s
where s.order_id in (select order_id from touched group by order_id having count(*) > 0)
