-- {{ plan.table.label }}: a pair that begins or ends a chain is part of no cycle: others remain.
create or replace temp table suspects as
select *
from suspects as s
where
  exists (select 1 from suspects as m where m._duplicate = s._master)
  and exists (select 1 from suspects as d where d._master = s._duplicate)
