-- The relations of a driving key follow each other without a gap, and do not overlap.
-- blocking, error
with followed as (
  select
    *,
    lead({{ plan.options.start | q }}) over (
      partition by {{ plan.unit | cols }} order by {{ plan.options.start | q }}, effective_seq
    ) as next_start
  from {{ plan.table.sql }}
  where
    batch_id <> 'ghost'
    and ({{ plan.unit | cols }}) in (
      select {{ plan.unit | cols }} from decided where _outcome = 'inserted'
    )
)
select {{ plan.unit | cols }}, {{ plan.options.start | q }}, {{ plan.options.end | q }}, next_start
from followed
where {{ plan.options.end | q }} is distinct from next_start
