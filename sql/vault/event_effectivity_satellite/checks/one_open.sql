-- Every driving key has exactly one open relation.
-- blocking, error
select {{ plan.unit | cols }}, count(*) filter (where {{ plan.options.end | q }} is null) as open_relations
from {{ plan.table.sql }}
where
  batch_id <> 'ghost'
  and ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from decided where _outcome = 'inserted')
group by {{ plan.unit | cols }}
having count(*) filter (where {{ plan.options.end | q }} is null) <> 1
