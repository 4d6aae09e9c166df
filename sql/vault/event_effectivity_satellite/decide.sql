-- {{ plan.table.label }}: the outcome of every incoming row.
-- Rule: per driving key, events follow each other by their own time. The first opens a relation;
-- later ones count unless their stage is `only_first`, and open one where it differs from the one
-- before, which ends. Keys with stored rows are those whose past does not change: nothing is new.
create or replace temp table decided as
with incoming as (
  {%- include "vault/incoming.sql" %}
),
known as (
  select distinct {{ plan.unit | cols }}, true as _is_known
  from {{ plan.table.sql }}
  where ({{ plan.unit | cols }}) in (select {{ plan.unit | cols }} from incoming)
),
judged as (
  select
    incoming.*,
    {%- include "vault/reason.sql" %}
  from incoming
),
placed as (
  select
    j.*,
    j._reason is null and k._is_known is null as _may_count,
    row_number() over (
      partition by {{ plan.unit | cols("j") }}, j._reason is null
      order by {{ plan.sequence | cols("j") }}
    ) as _place
  from judged as j
  left join known as k on ({{ plan.unit | cols("k") }}) = ({{ plan.unit | cols("j") }})
),
counted as (
  select *, _may_count and (_place = 1 or not _only_first) as _counts from placed
),
compared as (
  select
    *,
    _counts
    and lag({{ key }}) over (
      partition by {{ plan.unit | cols }}, _counts order by _place
    ) is distinct from {{ key }} as _opens
  from counted
)
select
  *,
  case when _opens then lead({{ plan.options.start | q }}) over opened end as {{ plan.options.end | q }},
  case
    when _opens then row_number() over (
      partition by {{ plan.unit | cols }}, _opens, {{ plan.options.start | q }} order by _place
    ) - 1
  end as effective_seq,
  case
    when _reason is not null then 'quarantined'
    when _opens then 'inserted'
    else 'unchanged'
  end as _outcome
from compared
window opened as (partition by {{ plan.unit | cols }}, _opens order by _place)
