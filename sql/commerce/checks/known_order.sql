-- core.fct_order_items: lines whose order is not known.
select i.order_item_id, i.order_id
from core.fct_order_items as i
left join core.fct_orders as o on o.order_id = i.order_id
where o.order_id is null
