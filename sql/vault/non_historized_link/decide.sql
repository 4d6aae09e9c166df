-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per key the first batch gives the row, for events do not change; unequal rows of one key in
-- one batch contradict each other and are quarantined.
create or replace temp table decided as
with incoming as not materialized (
  {%- include "vault/incoming.sql" %}
),
known as (
  select {{ key }}, hashdiff as _hashdiff
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from incoming)
),
{%- include "vault/judged.sql" %}
{%- set origin = "incoming" %}
{%- include "vault/repeated.sql" %}
{%- set stored = "known" %}
{%- include "vault/doubtful.sql" %}
states as (
  select
    *,
    coalesce(lag(hashdiff) over same_key = hashdiff, false) as _is_copy,
    min(hashdiff) over one_key <> max(hashdiff) over one_key as _in_conflict
  from doubtful
  where {{ key }} in (select {{ key }} from repeated)
  window
    one_key as (partition by {{ key }}, load_ts, _reason is null),
    same_key as (
      partition by {{ key }}, load_ts, _reason is null order by hashdiff, _rank, row_no
    )
),
usable as (
  select
    * exclude (_reason, _in_conflict),
    coalesce(_reason, case when _in_conflict then 'conflict' end) as _reason,
    _reason is null and not _in_conflict and not _is_copy as _counts
  from states
),
ranked as (
  select
    * exclude (_counts),
    first_value(hashdiff) over first_known as _hashdiff_first,
    row_number() over first_known as _place
  from usable
  window first_known as (partition by {{ key }}, _counts order by load_ts, _rank, row_no)
  union all by name
  select *, false as _is_copy, hashdiff as _hashdiff_first, 1 as _place
  from doubtful
  where {{ key }} is null or {{ key }} not in (select {{ key }} from repeated)
)
select
  r.*,
  case
    when r._reason is not null then 'quarantined'
    when r._is_copy then 'duplicate'
    when k.{{ key }} is not null or r._place > 1 then 'unchanged'
    else 'inserted'
  end as _outcome,
  coalesce(k._hashdiff, r._hashdiff_first) <> r.hashdiff and r._reason is null as _is_changed
from ranked as r
left join known as k on k.{{ key }} = r.{{ key }}
