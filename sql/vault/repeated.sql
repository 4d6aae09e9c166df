
{#- Most keys come once: only the others need to be sorted. -#}
repeated as (
  select {{ key }}
  from {{ origin }}
  where {{ "false" if once else key ~ " is not null" }}
  group by {{ key }}
  having count(*) > 1
),
