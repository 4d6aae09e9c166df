-- core.fct_order_items: one row per line of an order.
-- Rule: an unknown product is -1, of category Unknown. A line whose order is unknown has no date, has
-- customer -1 and is not counted.
with orders as (
  select order_id, customer_id, date_key, is_counted
  from core.fct_orders
  where order_id in (select order_id from changed_keys)
)
select
  i.order_item_id,
  i.order_id,
  coalesce(o.customer_id, -1) as customer_id,
  coalesce(p.product_id, -1) as product_id,
  o.date_key,
  coalesce(p.category, 'Unknown') as category,
  coalesce(o.is_counted, false) as is_counted,
  i.quantity,
  i.unit_price,
  i.discount_amount,
  i.item_total
from staging.stg_order_items as i
left join orders as o on o.order_id = i.order_id
left join staging.stg_products as p on p.product_id = i.product_id
where i.order_id in (select order_id from changed_keys)
