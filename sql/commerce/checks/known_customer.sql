-- core.fct_orders: orders of customers that are not known.
-- Rule: looked at are the orders that the build has written.
select order_id
from core.fct_orders
where customer_id = -1 and order_id in (select order_id from changed_keys)
