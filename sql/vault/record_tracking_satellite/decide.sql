-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: one row per key and batch in which the key was delivered.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
{%- include "vault/judged.sql" %}
ranked as (
  select
    *,
    row_number() over (
      partition by {{ key }}, load_ts, _reason is null order by _rank, row_no
    ) as _place
  from judged
)
select
  *,
  cast(null as timestamp) as until_ts,
  case
    when _reason is not null then 'quarantined' when _place > 1 then 'duplicate' else 'inserted'
  end as _outcome
from ranked
