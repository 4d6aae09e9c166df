-- core.fct_orders: customers of orders that core.dim_customers does not have.
-- Rule: looked at are the orders that the build has written.
select o.customer_id, count(*) as orders
from written_rows as o
left join core.dim_customers as c on c.customer_id = o.customer_id
where c.customer_id is null
group by o.customer_id
