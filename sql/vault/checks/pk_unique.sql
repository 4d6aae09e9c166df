-- No two rows share the primary key.
-- blocking, error
select {{ plan.primary_key | cols }}, count(*) as rows_with_this_key
from {{ plan.table.sql }}
where {{ written }}
group by {{ plan.primary_key | cols }}
having count(*) > 1
