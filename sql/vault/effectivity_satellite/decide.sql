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
    row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) as _age
  from {{ plan.table.sql }}
  where
    ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from incoming)
    and batch_id <> 'ghost'
),
active as (
  select {{ plan.unit | cols }}, {{ key }} as _partner
  from stored
  where _age = 1 and {{ plan.options.active | q }}
),
judged as (
  select
    incoming.*,
    coalesce(incoming.{{ key }}, {{ unknown }}) as _partner,
    {%- include "vault/reason.sql" %}
  from incoming
  {%- include "vault/parents.sql" %}
),
{%- if plan.order == "file" %}
states as (
  select *, false as _is_copy, false as _in_conflict from judged
),
{%- else %}
{#- The batch is a set: two partners of one driving key contradict each other. #}
states as (
  select
    *,
    coalesce(lag(_partner) over same_partner = _partner, false) as _is_copy,
    min(_partner) over one_key <> max(_partner) over one_key as _in_conflict
  from judged
  window
    one_key as (partition by {{ plan.unit | cols }}, load_ts),
    same_partner as (partition by {{ plan.unit | cols }}, load_ts order by _partner, row_no)
),
{%- endif %}
usable as (
  select
    * exclude (_reason),
    coalesce(_reason, case when _in_conflict then 'conflict' end) as _reason,
    _reason is null and not _in_conflict and not _is_copy as _counts
  from states
),
chained as (
  select
    u.*,
    coalesce(
      lag(u._partner) over successive, a._partner, {{ unknown }}
    ) as _partner_before,
    ({{ plan.unit | cols("u") }}) not in (select {{ plan.unit | cols }} from stored)
    and coalesce(
      max(u._partner) over (successive rows between unbounded preceding and 1 preceding),
      {{ unknown }}
    ) = {{ unknown }} as _is_first
  from usable as u
  left join active as a on ({{ plan.unit | cols("a") }}) = ({{ plan.unit | cols("u") }})
  window successive as (
    partition by {{ plan.unit | cols("u") }}, u._counts order by {{ plan.sequence | cols("u") }}
  )
)
select
  *,
  case
    when _reason is not null then 'quarantined'
    when _is_copy then 'duplicate'
    when _partner_before = _partner then 'unchanged'
    else 'inserted'
  end as _outcome
from chained
