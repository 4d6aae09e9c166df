-- core.fct_orders: orders of customers that are not known.
-- Rule: looked at are the orders that the build has written.
select order_id
from written_rows
where customer_id = -1
