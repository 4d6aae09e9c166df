-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per driving key, a row is a change where its partner differs from the one before it: the
-- row before in the pending batches, else the active stored one. No partner counts as a state.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
stored as (
  select
    *,
    row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as age
  from {{ plan.table.sql }}
  where
    ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from incoming)
    and batch_id <> 'ghost'
),
active as (
  select {{ plan.unit | cols }}, {{ key }} as partner
  from stored
  where age = 1 and {{ plan.options.active | q }}
),
{%- include "vault/parents.sql" %}
judged as (
  select
    *,
    coalesce({{ key }}, {{ unknown }}) as partner,
    {%- include "vault/reason.sql" %}
  from incoming
),
{%- if plan.order == "file" %}
states as (
  select *, false as is_copy, false as in_conflict from judged
),
{%- else %}
{#- The batch is a set: two partners of one driving key contradict each other. #}
states as (
  select
    *,
    coalesce(lag(partner) over same_partner = partner, false) as is_copy,
    min(partner) over one_key <> max(partner) over one_key as in_conflict
  from judged
  window
    one_key as (partition by {{ plan.unit | cols }}, load_ts),
    same_partner as (partition by {{ plan.unit | cols }}, load_ts order by partner, row_no)
),
{%- endif %}
usable as (
  select *, reason is null and not in_conflict and not is_copy as counts from states
),
chained as (
  select
    u.*,
    coalesce(
      lag(u.partner) over successive, a.partner, {{ unknown }}
    ) as partner_before,
    ({{ plan.unit | cols("u") }}) not in (select {{ plan.unit | cols }} from stored)
    and coalesce(
      max(u.partner) over (successive rows between unbounded preceding and 1 preceding),
      {{ unknown }}
    ) = {{ unknown }} as is_first
  from usable as u
  left join active as a on ({{ plan.unit | cols("a") }}) = ({{ plan.unit | cols("u") }})
  window successive as (
    partition by {{ plan.unit | cols("u") }}, u.counts order by u.load_ts, u.row_no
  )
)
select
  * exclude (reason),
  case
    when reason is not null or in_conflict then 'quarantined'
    when is_copy then 'duplicate'
    when partner_before = partner then 'unchanged'
    else 'inserted'
  end as outcome,
  coalesce(reason, case when in_conflict then 'conflict' end) as reason
from chained
