-- {{ plan.table.label }}: a pair that begins or ends a chain is part of no cycle.
delete from suspects as s
where
  not exists (select 1 from suspects as m where m._duplicate = s._master)
  or not exists (select 1 from suspects as d where d._master = s._duplicate)
