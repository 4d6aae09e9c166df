-- {{ plan.table.label }}: the pairs that following the pending ones upwards comes by: every cycle that
-- they close is among them.
create or replace temp table suspects as
with recursive reached as (
  select _master as _at from statements where _since > timestamp '1900-01-01'
  union
  select s._master
  from reached as r
  inner join statements as s on s._duplicate = r._at
)
select * from statements where _duplicate in (select _at from reached)
