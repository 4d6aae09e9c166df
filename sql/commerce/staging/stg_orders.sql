-- staging.stg_orders: the newest row of every order that new batches touch.
-- Rule: newest updated_at, then the later batch, then the later line. An order without a date has the
-- time at which it was created; the last resort is the date of the extract.
select
  s.order_id,
  s.customer_id,
  coalesce(s.order_date, s.created_at, s.updated_at, cast(s.extract_date as timestamp))
    as order_date,
  s.status,
  s.payment_method,
  s.shipping_address,
  coalesce(s.shipping_cost, 0) as shipping_cost,
  s.total_amount,
  s.created_at,
  s.updated_at
from staging.orders as s
where s.order_id in (select order_id from changed_keys)
qualify row_number() over (
  partition by s.order_id
  order by coalesce(s.updated_at, s.created_at) desc nulls last, s.load_ts desc, s.row_no desc
) = 1
