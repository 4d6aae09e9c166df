-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: the first batch that states a pair gives its row.
create or replace temp table decided as
with known as (
  select {{ key }} from {{ plan.table.sql }} where {{ key }} in (select {{ key }} from decided)
),
ranked as (
  select
    * exclude (_place, _outcome),
    row_number() over (
      partition by {{ key }}, _reason is null order by load_ts, _rank, row_no
    ) as _place
  from decided
)
select
  *,
  case
    when _reason is not null then 'quarantined'
    when _is_copy then 'duplicate'
    when _place > 1 or {{ key }} in (select {{ key }} from known) then 'unchanged'
    else 'inserted'
  end as _outcome
from ranked
