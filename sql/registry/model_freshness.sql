-- registry.model_freshness: when each stored mart was built last, and whether an input is newer.
-- Rule: inputs are the stages, vault tables and marts by partition or key behind it; what is replaced
-- whole in between counts by its own inputs.
create view registry.model_freshness as
with built as (
  select
    table_name,
    max(refreshed_at) as refreshed_at,
    max(changed_at) as changed_at,
    max_by(inputs, refreshed_at) as inputs
  from registry.refreshed
  group by table_name
),
changed as (
  select table_name, changed_at
  from built
  union all
  select table_name, max(applied_at) as changed_at
  from registry.applied
  where table_name not in (select table_name from built)
  group by table_name
),
reads as (
  select table_name, unnest(string_split(inputs, ' ')) as input
  from built
)
select
  b.table_name,
  b.refreshed_at,
  b.changed_at,
  count(c.table_name) > 0 as is_stale,
  string_agg(c.table_name, ', ' order by c.table_name) as newer_inputs
from built as b
left join reads as r on r.table_name = b.table_name
left join changed as c on c.table_name = r.input and c.changed_at > b.refreshed_at
group by b.table_name, b.refreshed_at, b.changed_at
