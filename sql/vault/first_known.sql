
ranked as (
  select
    *,
    row_number() over first_known as _place,
    lag(batch_id) over first_known as _batch_before
  from judged
  window first_known as (partition by {{ key }} order by load_ts, _rank, row_no)
)
select
  *,
  case
    when _reason is not null then 'quarantined'
    when _batch_before = batch_id then 'duplicate'
    when _place > 1 or {{ key }} in (select {{ key }} from known) then 'unchanged'
    else 'inserted'
  end as _outcome
from ranked
