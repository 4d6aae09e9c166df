-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: a row is inserted where its hashdiff differs from the one before it: the row before in the
-- pending batches, else the latest stored row of the key.
{%- set outcome %}
  case
    when _reason is not null then 'quarantined'
    when _is_copy then 'duplicate'
    when _hashdiff_before = hashdiff then 'unchanged'
    else 'inserted'
  end
{%- endset %}
create or replace temp table decided as
with incoming as not materialized (
  {%- include "vault/incoming.sql" %}
),
{%- include "vault/judged.sql" %}
latest as (
  select {{ key }}, arg_max(hashdiff, (load_ts, load_seq)) as _hashdiff
  from touched
  group by {{ key }}
),
{%- set origin = "judged" %}
{%- include "vault/repeated.sql" %}
{#- Of a `direct` table a row that is new and comes once needs no decision: `insert_direct` takes it
    from the stage. #}
{%- set spared = " exclude (" ~ (plan.spared | cols) ~ ")" if plan.direct and plan.spared else "" %}
{%- if plan.order == "file" %}
states as (
  select *{{ spared }}, false as _is_copy, false as _in_conflict
  from judged
  where {{ key }} in (select {{ key }} from repeated)
),
{%- else %}
{#- The batch is a set: equal rows are one, unequal rows of one key contradict each other. #}
states as (
  select
    *{{ spared }},
    coalesce(lag(hashdiff) over same_key = hashdiff, false) as _is_copy,
    min(hashdiff) over one_key <> max(hashdiff) over one_key as _in_conflict
  from judged
  where {{ key }} in (select {{ key }} from repeated)
  window
    one_key as (partition by {{ key }}, load_ts),
    same_key as (partition by {{ key }}, load_ts order by hashdiff, row_no)
),
{%- endif %}
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
      lag(u.hashdiff) over (partition by u.{{ key }}, u._counts order by {{ plan.sequence | cols("u") }}),
      l._hashdiff
    ) as _hashdiff_before
  from usable as u
  left join latest as l on l.{{ key }} = u.{{ key }}
),
concluded as (
  select *, {{ outcome }} as _outcome from chained
)
select
  *,
  row_number() over (partition by {{ key }}, load_ts, _outcome order by {{ plan.sequence | cols }}) - 1 as load_seq
from concluded
union all by name
select
  j.*{{ spared }},
  l._hashdiff as _hashdiff_before,
  false as _is_copy,
  {{ outcome }} as _outcome,
  0 as load_seq
from judged as j
left join latest as l on l.{{ key }} = j.{{ key }}
where
  {%- if plan.direct %}
  (j._reason is not null or l.{{ key }} is not null)
  and (j.{{ key }} is null or j.{{ key }} not in (select {{ key }} from repeated))
  {%- else %}
  j.{{ key }} is null or j.{{ key }} not in (select {{ key }} from repeated)
  {%- endif %}
