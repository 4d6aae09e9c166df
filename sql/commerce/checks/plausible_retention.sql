-- mart.fct_customer_retention: rates out of 0 to 100, and sums of retained customers above the cohort.
select *
from mart.fct_customer_retention
where retention_rate not between 0 and 100
  or cumulative_retained > cohort_size
  or retained_customers > cumulative_retained
