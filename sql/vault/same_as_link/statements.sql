-- {{ plan.table.label }}: which master a duplicate was given when: the current one, then the pending.
create or replace temp table statements as
select {{ duplicate }} as _duplicate, {{ stated }} as _master, timestamp '1900-01-01' as _since
from involved
where is_current
union all
select {{ duplicate }}, {{ master }}, load_ts
from decided
where _reason is null and not _is_copy
