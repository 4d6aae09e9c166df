-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: the rows of a key in one batch are one set; the set is inserted as a whole where its hash
-- differs from the set before it in the pending batches, else from the latest stored set.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
{%- include "vault/judged.sql" %}
latest as (
  select {{ key }}, arg_max(set_hash, (load_ts, load_seq)) as set_hash
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from incoming) and batch_id <> 'ghost'
  group by {{ key }}
),
members as (
  select
    *,
    coalesce(lag(hashdiff) over same_row = hashdiff, false) as _is_copy,
    min(hashdiff) over one_child <> max(hashdiff) over one_child as _contradicts
  from judged
  window
    one_child as (partition by {{ key }}, load_ts, {{ plan.options.child_keys | cols }}),
    same_row as (partition by {{ key }}, load_ts order by hashdiff, row_no)
),
flagged as (
  select *, bool_or(_contradicts) over (partition by {{ key }}, load_ts) as _in_conflict
  from members
),
sets as (
  select {{ key }}, load_ts, {{ set_hash }} as set_hash
  from flagged
  where _reason is null and not _is_copy and not _in_conflict
  group by {{ key }}, load_ts
),
chained as (
  select
    s.*,
    coalesce(
      lag(s.set_hash) over (partition by s.{{ key }} order by s.load_ts), l.set_hash
    ) as set_hash_before
  from sets as s
  left join latest as l on l.{{ key }} = s.{{ key }}
)
select
  f.* exclude (_reason),
  c.set_hash,
  case
    when f._reason is not null or f._in_conflict then 'quarantined'
    when f._is_copy then 'duplicate'
    when c.set_hash_before = c.set_hash then 'unchanged'
    else 'inserted'
  end as _outcome,
  coalesce(f._reason, case when f._in_conflict then 'conflict' end) as _reason,
  0 as load_seq
from flagged as f
left join chained as c on c.{{ key }} = f.{{ key }} and c.load_ts = f.load_ts
