-- {{ plan.table.label }}: what it, its stages and its parents have applied before this load.
create or replace temp table applied_before as
select table_name, stage, batch_id, load_ts, inserted, note
from registry.applied
where table_name in ({{ tables | map("lit") | join(", ") }})
