-- {{ plan.table.label }}: the outcome of every incoming row, once per satellite that it describes.
-- Rule: that of the satellite: a row is a change where its hashdiff differs from the one before it,
-- in the pending batches, else from the latest stored one.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
judged as (
  select
    incoming.*,
    case
      when incoming.{{ key }} is null then 'null_key:{{ plan.key }}'
      {%- for parent in plan.parents %}
      when incoming._waits and parent_{{ loop.index0 }}.{{ parent.key | q }} is null
        then 'orphan:{{ parent.refers }}'
      {%- endfor %}
    end as _reason
  from incoming
  {%- include "vault/parents.sql" %}
),
latest as (
  select {{ key }}, satellite, arg_max(hashdiff, (load_ts, load_seq)) as _hashdiff
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from incoming) and batch_id <> 'ghost'
  group by {{ key }}, satellite
),
{#- Where a batch is a set, equal rows are one, and unequal rows of one key contradict each other. #}
states as (
  select
    *,
    _is_set and coalesce(lag(hashdiff) over same_key = hashdiff, false) as _is_copy,
    _is_set and coalesce(min(hashdiff) over one_key <> max(hashdiff) over one_key, false)
      as _in_conflict
  from judged
  window
    one_key as (partition by {{ key }}, satellite, load_ts),
    same_key as (partition by {{ key }}, satellite, load_ts order by hashdiff, row_no)
),
usable as (
  select
    * exclude (_reason, _in_conflict),
    coalesce(_reason, case when _in_conflict then 'conflict' end) as _reason,
    _reason is null and not _in_conflict and not _is_copy as _counts
  from states
),
chained as (
  select
    u.* exclude (_counts),
    coalesce(
      lag(u.hashdiff) over (
        partition by u.{{ key }}, u.satellite, u._counts order by u.load_ts, u._position
      ),
      l._hashdiff
    ) as _hashdiff_before
  from usable as u
  left join latest as l on l.{{ key }} = u.{{ key }} and l.satellite = u.satellite
),
concluded as (
  select
    *,
    case
      when _reason is not null then 'quarantined'
      when _is_copy then 'duplicate'
      when _hashdiff_before = hashdiff then 'unchanged'
      else 'inserted'
    end as _outcome
  from chained
)
select
  *,
  row_number() over (
    partition by {{ key }}, satellite, load_ts, _outcome order by _position
  ) - 1 as load_seq
from concluded
