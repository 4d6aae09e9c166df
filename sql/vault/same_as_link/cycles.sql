-- {{ plan.table.label }}: the pairs of one batch that would close a cycle, given those before it.
create or replace temp table closing as
with recursive held as materialized (
  select _duplicate, arg_max(_master, _since) as _master, max(_since) as _since
  from statements
  where
    _since <= {{ since | ts }}
    and _duplicate in (select _duplicate from suspects)
  group by _duplicate
),
walk as (
  select _duplicate as _start, _master as _at from held where _since = {{ since | ts }}
  union
  select w._start, h._master
  from walk as w
  inner join held as h on h._duplicate = w._at
  where w._at <> w._start
)
select _start as _duplicate from walk where _at = _start
