-- core.fct_orders: orders whose total differs from lines and shipping by more than a cent.
select order_id, total_amount, items_amount, shipping_cost
from core.fct_orders
where abs(total_amount - items_amount - shipping_cost) > 0.01
