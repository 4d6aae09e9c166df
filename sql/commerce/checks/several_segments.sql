-- mart.mart_dim_customers: the only segment that customers with orders are in, if there are ten of them.
select min(customer_segment) as only_segment, count(*) as customers
from mart.mart_dim_customers
where lifetime_orders > 0
having count(*) >= 10 and count(distinct customer_segment) = 1
