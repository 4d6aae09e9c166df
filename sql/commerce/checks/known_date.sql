-- core.fct_orders: orders whose day is not in core.dim_date.
-- Rule: looked at are the orders that the build has written.
select o.order_id, o.date_key
from written_rows as o
left join core.dim_date as d on d.date_key = o.date_key
where d.date_key is null
