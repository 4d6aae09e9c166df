-- {{ plan.table.label }}: what is wrong with an incoming row by itself, or beside those of its batch.
-- Rule: no key is its own master; two masters of one duplicate in one batch contradict each other.
-- Place and outcome are concluded later; the table has their columns already, so it keeps its form.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
{%- include "vault/judged.sql" %}
apart as (
  select
    * exclude (_reason),
    coalesce(_reason, case when {{ master }} = {{ duplicate }} then 'self_pair' end) as _reason
  from judged
),
compared as (
  select
    *,
    row_number() over (
      partition by {{ duplicate }}, {{ master }}, load_ts, _reason is null order by _rank, row_no
    ) > 1 as _is_copy,
    coalesce(min({{ master }}) over one_batch <> max({{ master }}) over one_batch, false)
      as _in_conflict
  from apart
  window one_batch as (partition by {{ duplicate }}, load_ts, _reason is null)
)
select
  * exclude (_reason, _in_conflict),
  coalesce(_reason, case when _in_conflict then 'conflict' end) as _reason,
  cast(null as bigint) as _place,
  cast(null as varchar) as _outcome
from compared
