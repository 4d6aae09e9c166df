-- Customers by recency and frequency score, 5 is the best, and their mean value.
select
  recency_score as recency,
  frequency_score as frequency,
  count(*) as customers,
  avg(lifetime_value) as value
from mart.customer_rfm
group by all
order by recency, frequency
