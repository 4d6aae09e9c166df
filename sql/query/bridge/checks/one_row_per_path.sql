-- A snapshot has every path once.
-- blocking, error
select {{ plan.primary_key | cols }}, count(*) as rows_with_this_path
from {{ plan.table.sql }}
where {{ scope }}
group by {{ plan.primary_key | cols }}
having count(*) > 1
