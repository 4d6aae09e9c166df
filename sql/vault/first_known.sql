{%- set origin = "incoming" %}
{%- include "vault/repeated.sql" %}
{%- include "vault/doubtful.sql" %}
ranked as (
  select *, 1 as _place, null as _batch_before
  from doubtful
  where {{ key }} is null or {{ key }} not in (select {{ key }} from repeated)
  union all
  select
    *,
    row_number() over first_known as _place,
    lag(batch_id) over first_known as _batch_before
  from doubtful
  where {{ key }} in (select {{ key }} from repeated)
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
