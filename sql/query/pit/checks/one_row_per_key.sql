-- A snapshot has one row per key.
-- blocking, error
select {{ plan.primary_key | cols }}, count(*) as rows_with_this_key
from {{ plan.table.sql }}
where {{ scope }}
group by {{ plan.primary_key | cols }}
having count(*) > 1
