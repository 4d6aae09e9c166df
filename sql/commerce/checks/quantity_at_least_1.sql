-- staging.stg_order_items: lines that were delivered with a quantity below 1.
-- Rule: looked at are the orders that the build has written.
select order_item_id, order_id
from written_rows
where is_clamped
