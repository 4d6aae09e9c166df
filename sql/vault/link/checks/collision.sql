-- One hash key never stands for two combinations of hub keys.
-- blocking, error, lossy
select d.{{ key }}, {{ plan.options["roles"] | cols("d") }}, d.batch_id, d.row_no
from decided as d
inner join {{ plan.table.sql }} as l on l.{{ key }} = d.{{ key }}
where
  d._outcome <> 'quarantined'
  and ({{ plan.options["roles"] | cols("d") }}) is distinct from ({{ plan.options["roles"] | cols("l") }})
