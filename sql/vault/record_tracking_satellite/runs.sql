{#- CTE `runs`: the rows of `rows`, each with the number of its unbroken run of applied batches. A
    row stands for all batches from load_ts to until_ts. -#}
batches as (
  select batch_id, load_ts, row_number() over (order by load_ts) as _number
  from registry.applied
  where table_name = {{ plan.table.label | lit }}
),
spans as (
  select
    t.{{ key }},
    t.load_ts,
    t.batch_id,
    t.record_source,
    l.load_ts as last_load_ts,
    l.batch_id as last_batch_id,
    f._number as _first,
    l._number as _last
  from {{ rows }} as t
  inner join batches as f on f.load_ts = t.load_ts
  inner join batches as l on l.load_ts = coalesce(t.until_ts, t.load_ts)
  where t.batch_id <> 'ghost'
),
joined as (
  select
    *,
    coalesce(
      _first - lag(_last) over (partition by {{ key }} order by _first) <> 1, true
    ) as _begins
  from spans
),
runs as (
  select
    *,
    count(*) filter (where _begins) over (
      partition by {{ key }} order by _first rows between unbounded preceding and current row
    ) as _run
  from joined
)
