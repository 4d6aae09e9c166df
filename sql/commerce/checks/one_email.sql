-- staging.stg_customers: e-mail addresses that several customers have.
-- Rule: looked at are the addresses of customers whom the build has written.
select email, count(*) as customers
from staging.stg_customers
where email in (select email from written_rows)
group by email
having count(*) > 1
