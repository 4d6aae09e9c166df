-- {{ table.label }}: every snapshot, old and new, and the rules that keep it.
-- Rule: the first existing snapshot of each period, counted back from the period of the reference date; the
-- latest snapshot in any case.
create or replace temp table judged as
with times as (
  select snapshot_ts from {{ table.sql }}
  union
  select unnest(cast($times as timestamp[])) as snapshot_ts
  {%- if every %}
  union
  select snapshot_ts
  from (
    select unnest(
      generate_series(
        date_trunc({{ every | lit }}, {{ start | ts }} - {{ offset }}),
        {{ until | ts }},
        interval '1 {{ every }}'
      )
    ) + {{ offset }} as snapshot_ts
  )
  where snapshot_ts between {{ start | ts }} and {{ until | ts }}
  {%- endif %}
),
kept (snapshot_ts, rule, rank) as (
  select null, null, 0 where false
  {%- for rule, unit, count in rules %}
  union all
  select min(snapshot_ts), {{ rule | lit }}, {{ loop.index }}
  from times
  where
    snapshot_ts < date_trunc({{ unit | lit }}, {{ reference | ts }}) + interval '1 {{ unit }}'
    {%- if count %}
    and snapshot_ts
    >= date_trunc({{ unit | lit }}, {{ reference | ts }}) - interval '{{ count - 1 }} {{ unit }}'
    {%- endif %}
  group by date_trunc({{ unit | lit }}, snapshot_ts)
  {%- else %}
  union all
  select snapshot_ts, 'all', 1 from times
  {%- endfor %}
),
matched as (
  select snapshot_ts, string_agg(rule, ', ' order by rank) as rules from kept group by snapshot_ts
),
latest as (
  select max(snapshot_ts) as snapshot_ts from times
)
select
  t.snapshot_ts,
  m.rules is not null or l.snapshot_ts is not null as is_active,
  l.snapshot_ts is not null as is_latest,
  coalesce(m.rules, case when l.snapshot_ts is not null then 'latest' end) as matched_rule
from times as t
left join matched as m on m.snapshot_ts = t.snapshot_ts
left join latest as l on l.snapshot_ts = t.snapshot_ts
order by t.snapshot_ts
