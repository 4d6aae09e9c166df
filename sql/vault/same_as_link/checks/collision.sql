-- One hash key never stands for two pairs.
-- blocking, error, load, lossy
select d.{{ key }}, d.batch_id, d.row_no
from decided as d
inner join {{ plan.table.sql }} as l on l.{{ key }} = d.{{ key }}
where
  d._outcome <> 'quarantined'
  and (d.{{ plan.options.master | q }}, d.{{ plan.options.duplicate | q }})
    is distinct from (l.{{ plan.options.stated | q }}, l.{{ plan.options.duplicate | q }})
