-- staging.stg_customers: e-mail addresses that several customers have.
-- Rule: looked at are the addresses of customers whom the build has written.
with looked_at as (
  select email
  from staging.stg_customers
  where customer_id in (select customer_id from changed_keys)
)
select email, count(*) as customers
from staging.stg_customers
where email in (select email from looked_at)
group by email
having count(*) > 1
