-- core.fct_order_items: lines whose product is not known.
-- Rule: looked at are the orders that the build has written.
select order_item_id, order_id
from written_rows
where product_id = -1
