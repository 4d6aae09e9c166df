-- Customers by status and purchase frequency, the most active first.
with counted as (
  select customer_status as status, purchase_frequency as frequency, count(*) as customers
  from mart.mart_dim_customers
  group by all
)
select status, frequency, customers
from counted
order by list_position(['Active', 'Recent', 'Lapsed', 'Inactive', 'New'], status), frequency
