-- mart.customer_rfm: recency, frequency and value of customers with counted orders, from 1 to 5.
-- Rule: five equal groups by the measure, then customer_id; 5 is the best.
select
  customer_id,
  days_since_last_order,
  lifetime_orders,
  lifetime_value,
  ntile(5) over (order by days_since_last_order desc, customer_id) as recency_score,
  ntile(5) over (order by lifetime_orders, customer_id) as frequency_score,
  ntile(5) over (order by lifetime_value, customer_id) as value_score
from mart.mart_dim_customers
where lifetime_orders > 0
