-- Customers and value of each segment.
select customer_segment as segment, customers, lifetime_value as value, value_share
from mart.metric_customer_segments
order by lifetime_value desc, segment
