-- A driving key has at most one active relation.
-- blocking, error
with aged as (
  select
    *, row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as age
  from {{ plan.table.sql }}
  where
    ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from decided where _outcome = 'inserted')
)
select {{ plan.unit | cols }}, count(*) as active_relations
from aged
where age = 1 and {{ plan.options.active | q }}
group by {{ plan.unit | cols }}
having count(*) > 1
