-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per hash key the first row by (load_ts, source, row) is inserted if the hub lacks the key.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
known as (
  select {{ key }} from {{ plan.table.sql }} where {{ key }} in (select {{ key }} from incoming)
),
ranked as (
  select
    *,
    row_number() over first_known as place,
    lag(batch_id) over first_known as batch_before
  from incoming
  window first_known as (partition by {{ key }} order by load_ts, source_rank, row_no)
)
select
  *,
  case
    when {{ key }} is null then 'quarantined'
    when batch_before = batch_id then 'duplicate'
    when place > 1 or {{ key }} in (select {{ key }} from known) then 'unchanged'
    else 'inserted'
  end as outcome,
  case when {{ key }} is null then 'null_key' end as reason
from ranked
