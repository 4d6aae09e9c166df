-- Customers by status and purchase frequency.
select customer_status as status, purchase_frequency as frequency, count(*) as customers
from mart.mart_dim_customers
group by all
order by array_position(['Active', 'Recent', 'Lapsed', 'Inactive', 'New'], status), frequency
