-- {{ plan.table.label }}: the outcome of every incoming row, once per satellite that it describes.
-- Rule: that of the satellite: a row is a change where its hashdiff differs from the one before it,
-- in the pending batches, else from the latest stored one. A set of rows is told by its first row.
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
{#- Where a batch is a set, equal rows are one, and unequal rows of one key contradict each other;
    of a multi-active satellite, those of one child key. #}
states as (
  select
    *,
    _is_set and coalesce(lag(hashdiff) over same_key = hashdiff, false) as _is_copy,
    _is_set and coalesce(min(hashdiff) over one_key <> max(hashdiff) over one_key, false)
      as _contradicts
  from judged
  window
    one_key as (partition by {{ key }}, satellite, load_ts, _child),
    same_key as (partition by {{ key }}, satellite, load_ts order by hashdiff, row_no)
),
flagged as (
  select
    * exclude (_contradicts),
    {{ "bool_or(_contradicts) over (partition by " ~ key ~ ", satellite, load_ts)" if plan.options.sets else "_contradicts" }}
      as _in_conflict
  from states
),
usable as (
  select
    * exclude (_reason, _in_conflict),
    coalesce(_reason, case when _in_conflict then 'conflict' end) as _reason,
    _reason is null and not _in_conflict and not _is_copy as _counts
  from flagged
),
{%- set usable = "usable" %}
{%- if plan.options.sets %}
{%- set usable = "told" %}
sets as (
  {%- for each in plan.options.sets %}
  select {{ key }}, satellite, load_ts, {{ each.set_hash }} as _set_hash
  from (
    select
      u.{{ key }}, u.satellite, u.load_ts, u.hashdiff,
      {%- for name, column in each.columns %}
      s.{{ column | q }} as {{ name | q }}{{ "" if loop.last else "," }}
      {%- endfor %}
    from usable as u
    inner join {{ each.stage.sql }} as s on s.batch_id = u.batch_id and s.row_no = u.row_no
    where u._counts and u.satellite = {{ each.satellite | lit }}
  )
  group by {{ key }}, satellite, load_ts
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
),
placed as (
  select
    u.* replace (coalesce(s._set_hash, u.hashdiff) as hashdiff),
    u._counts and s._set_hash is not null and row_number() over first_row > 1 as _is_further
  from usable as u
  left join sets as s
    on s.{{ key }} = u.{{ key }} and s.satellite = u.satellite and s.load_ts = u.load_ts
  window first_row as (partition by u.{{ key }}, u.satellite, u.load_ts, u._counts order by u.row_no)
),
told as (
  select
    * exclude (_is_further)
    replace (_is_copy or _is_further as _is_copy, _counts and not _is_further as _counts)
  from placed
),
{%- endif %}
chained as (
  select
    u.* exclude (_counts),
    coalesce(
      lag(u.hashdiff) over (
        partition by u.{{ key }}, u.satellite, u._counts order by u.load_ts, u._position
      ),
      l._hashdiff
    ) as _hashdiff_before
  from {{ usable }} as u
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
