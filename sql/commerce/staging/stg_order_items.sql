-- staging.stg_order_items: the lines of the newest delivery of every order that new batches touch.
-- Rule: lines of one order and batch are a delivery, which counts as a whole: lines that it lacks are
-- gone. It is as new as the newest updated_at in it, the order's row of the same extract included (a
-- line that was taken away has none); then the later batch counts. Quantities below 1 are 1.
with rows_of_orders as (
  select
    s.order_id,
    s.extract_date,
    max(coalesce(s.updated_at, s.created_at)) as updated_at
  from staging.orders as s
  where s.order_id in (select order_id from changed_keys)
  group by s.order_id, s.extract_date
),
lines as (
  select s.*
  from staging.order_items as s
  where s.order_id in (select order_id from changed_keys)
),
deliveries as (
  select
    l.order_id,
    l.batch_id,
    max(l.load_ts) as load_ts,
    greatest(max(coalesce(l.updated_at, l.created_at)), max(o.updated_at)) as updated_at
  from lines as l
  left join rows_of_orders as o on o.order_id = l.order_id and o.extract_date = l.extract_date
  group by l.order_id, l.batch_id
),
newest as (
  select order_id, batch_id
  from deliveries
  qualify row_number() over (
    partition by order_id order by updated_at desc nulls last, load_ts desc
  ) = 1
)
select
  l.order_item_id,
  l.order_id,
  l.product_id,
  greatest(l.quantity, 1) as quantity,
  l.unit_price,
  coalesce(l.discount_amount, 0) as discount_amount,
  cast(
    greatest(l.quantity, 1) * l.unit_price - coalesce(l.discount_amount, 0) as decimal(18, 2)
  ) as item_total,
  l.quantity < 1 as is_clamped,
  l.created_at,
  l.updated_at
from lines as l
inner join newest as n on n.order_id = l.order_id and n.batch_id = l.batch_id
qualify row_number() over (
  partition by l.order_id, l.order_item_id
  order by coalesce(l.updated_at, l.created_at) desc nulls last, l.row_no desc
) = 1
