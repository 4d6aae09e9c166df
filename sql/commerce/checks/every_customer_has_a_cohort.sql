-- mart.fct_customer_retention: sizes of cohorts that do not sum to the customers with counted orders.
with cohorts as (
  select coalesce(sum(cohort_size), 0) as customers
  from mart.fct_customer_retention
  where months_since = 0
),
customers as (
  select count(*) as customers
  from core.dim_customers as c
  cross join core.as_of as a
  where c.lifetime_orders > 0
    and c.customer_id <> -1
    and date_trunc('month', c.first_order_date) <= a.as_of
)
select h.customers as in_cohorts, c.customers as with_orders
from cohorts as h
cross join customers as c
where h.customers <> c.customers
