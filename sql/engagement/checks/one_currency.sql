-- mart.payments: users with several currencies in one load.
select etl_date, user_id, count(distinct currency) as currencies, min(currency) as taken
from mart.payments
group by etl_date, user_id
having count(distinct currency) > 1
