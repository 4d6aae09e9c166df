{#- The rows, without payload, of the keys that a load wrote: before it and by it. -#}
select {{ plan.touched | cols }}
from touched
where load_ts < {{ first | ts }} or load_ts > {{ last | ts }}
union all
select {{ plan.touched | cols }}
from {{ new_rows }}
