-- core.fct_orders: orders whose total differs from lines and shipping by more than a cent.
-- Rule: looked at are the orders that the build has written.
select order_id, total_amount, items_amount, shipping_cost
from core.fct_orders
where abs(total_amount - items_amount - shipping_cost) > 0.01
  and order_id in (select order_id from changed_keys)
