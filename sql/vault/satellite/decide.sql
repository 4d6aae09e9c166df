-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: a row is inserted where its hashdiff differs from the one before it: the row before in the
-- pending batches, else the latest stored row of the key.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
latest as (
  select {{ key }}, arg_max(hashdiff, (load_ts, load_seq)) as hashdiff
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from incoming) and batch_id <> 'ghost'
  group by {{ key }}
),
{%- include "vault/parents.sql" %}
judged as (
  select
    *,
    {%- include "vault/reason.sql" %}
  from incoming
),
{%- if plan.order == "file" %}
states as (
  select *, false as is_copy, false as in_conflict from judged
),
{%- else %}
{#- The batch is a set: equal rows are one, unequal rows of one key contradict each other. #}
states as (
  select
    *,
    coalesce(lag(hashdiff) over same_key = hashdiff, false) as is_copy,
    min(hashdiff) over one_key <> max(hashdiff) over one_key as in_conflict
  from judged
  window
    one_key as (partition by {{ key }}, load_ts),
    same_key as (partition by {{ key }}, load_ts order by hashdiff, row_no)
),
{%- endif %}
chained as (
  select
    s.*,
    case
      when reason is not null or in_conflict or is_copy then null
      else coalesce(
        lag(s.hashdiff) over (
          partition by s.{{ key }}, reason is null and not in_conflict and not is_copy
          order by s.load_ts, s.row_no
        ),
        l.hashdiff
      )
    end as hashdiff_before
  from states as s
  left join latest as l on l.{{ key }} = s.{{ key }}
),
concluded as (
  select
    * exclude (reason),
    case
      when reason is not null or in_conflict then 'quarantined'
      when is_copy then 'duplicate'
      when hashdiff_before = hashdiff then 'unchanged'
      else 'inserted'
    end as outcome,
    coalesce(reason, case when in_conflict then 'conflict' end) as reason
  from chained
)
select
  *,
  row_number() over (partition by {{ key }}, load_ts, outcome order by row_no) - 1 as load_seq
from concluded
