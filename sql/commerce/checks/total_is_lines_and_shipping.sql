-- core.fct_orders: orders whose total differs from lines and shipping by more than a cent.
-- Rule: looked at are the orders that the build has written.
select order_id, total_amount, items_amount, shipping_cost
from written_rows
where abs(total_amount - items_amount - shipping_cost) > 0.01
