-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per link key the first row by (load_ts, source, row) is inserted if the link lacks the key;
-- rows without all keys, or whose hub does not know the key, are quarantined.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
known as (
  select {{ key }} from {{ plan.table.sql }} where {{ key }} in (select {{ key }} from incoming)
),
{%- include "vault/parents.sql" %}
judged as (
  select
    *,
    {%- include "vault/reason.sql" %}
  from incoming
),
ranked as (
  select
    *,
    row_number() over first_known as place,
    lag(batch_id) over first_known as batch_before
  from judged
  window first_known as (partition by {{ key }} order by load_ts, source_rank, row_no)
)
select
  * exclude (reason),
  case
    when reason is not null then 'quarantined'
    when batch_before = batch_id then 'duplicate'
    when place > 1 or {{ key }} in (select {{ key }} from known) then 'unchanged'
    else 'inserted'
  end as outcome,
  reason
from ranked
