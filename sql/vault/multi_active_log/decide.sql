-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: rows are events; a row is inserted if no row of its key has the same hashdiff.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
{%- include "vault/judged.sql" %}
known as (
  select {{ key }}, hashdiff
  from {{ plan.table.sql }}
  where {{ key }} in (select {{ key }} from incoming)
),
ranked as (
  select
    *,
    row_number() over first_known as _place,
    lag(batch_id) over first_known as _batch_before
  from judged
  window first_known as (partition by {{ key }}, hashdiff order by load_ts, row_no)
),
concluded as (
  select
    *,
    case
      when _reason is not null then 'quarantined'
      when _batch_before = batch_id then 'duplicate'
      when _place > 1 or ({{ key }}, hashdiff) in (select {{ key }}, hashdiff from known)
        then 'unchanged'
      else 'inserted'
    end as _outcome
  from ranked
)
select
  *,
  row_number() over (partition by {{ key }}, load_ts, _outcome order by row_no) - 1 as load_seq
from concluded
