-- core.fct_orders: orders whose day is not in core.dim_date.
-- Rule: looked at are the orders that the build has written.
select o.order_id, o.date_key
from core.fct_orders as o
left join core.dim_date as d on d.date_key = o.date_key
where d.date_key is null and o.order_id in (select order_id from changed_keys)
