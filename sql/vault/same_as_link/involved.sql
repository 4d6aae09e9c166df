-- {{ plan.table.label }}: the stored pairs of the groups that the incoming pairs touch.
-- Rule: a group is what has one final master, stored with each of its pairs, so no chain is walked.
create or replace temp table involved as
with named as (
  select {{ duplicate }} as _key from decided where _reason is null and not _is_copy
  union
  select {{ master }} from decided where _reason is null and not _is_copy
),
finals as (
  select _key from named
  union
  select {{ master }}
  from {{ plan.table.sql }}
  where is_current and {{ duplicate }} in (select _key from named)
)
select *
from {{ plan.table.sql }}
where batch_id <> 'ghost' and {{ master }} in (select _key from finals)
