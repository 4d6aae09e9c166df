-- {{ plan.table.label }}: each active or stored snapshot; from what it would be built now and from what
-- it is; and whether all tables it reads have applied every batch up to it.
with reads (table_name, stage) as (
  values
    {%- for read in plan.reads %}
    {%- set last_read = loop.last %}
    {%- for binding in read.bindings %}
    ({{ read.table.label | lit }}, {{ binding.stage.source | lit }}){{ "" if loop.last and last_read else "," }}
    {%- endfor %}
    {%- endfor %}
),
missing as (
  select min(b.load_ts) as load_ts
  from registry.batches as b
  inner join reads as r on r.stage = b.source
  where
    not exists (
      select 1
      from registry.applied as a
      where
        a.table_name = r.table_name
        and a.batch_id = b.batch_id
        and a.note is distinct from $replay
    )
    and not exists (
      select 1
      from registry.failures as f
      where f.batch_id = b.batch_id and f.status in ('rejected', 'missing')
    )
),
changes as (
  select
    {%- if plan.options.get("include_all") %}
    {#- All keys are listed at every snapshot: each batch of theirs changes every snapshot. #}
    case
      when table_name <> {{ plan.options.base.table.label | lit }} then load_ts
      else timestamp '0001-01-01 00:00:00'
    end as load_ts,
    {%- else %}
    load_ts,
    {%- endif %}
    md5_number_lower(concat_ws('|', table_name, stage, batch_id, applied_at)) as mark
  from registry.applied
  where (table_name, stage) in (select table_name, stage from reads)
  union all
  select
    {%- if plan.options.get("include_all") %}
    case
      when table_name <> {{ plan.options.base.table.label | lit }} then since
      else timestamp '0001-01-01 00:00:00'
    end as load_ts,
    {%- else %}
    since as load_ts,
    {%- endif %}
    md5_number_lower(concat_ws('|', table_name, since, rewritten_at)) as mark
  from registry.rewritten
  where table_name in (select table_name from reads)
),
active as (
  select
    s.snapshot_ts,
    $definition || ' ' || count(c.mark) || ' ' || coalesce(bit_xor(c.mark), 0) as built_from
  from {{ plan.snapshots.sql }} as s
  left join changes as c on c.load_ts <= s.snapshot_ts
  where s.is_active
  group by s.snapshot_ts
),
stored as (
  select snapshot_ts, built_from
  from {{ partitions.sql }}
  where table_name = {{ plan.table.label | lit }}
)
select
  coalesce(a.snapshot_ts, p.snapshot_ts) as snapshot_ts,
  a.built_from,
  p.built_from as stored_from,
  a.snapshot_ts <= cast($now as timestamp)
  and a.snapshot_ts < coalesce(m.load_ts, timestamp '9999-12-31 23:59:59.999999') as is_complete
from active as a
full outer join stored as p on p.snapshot_ts = a.snapshot_ts
cross join missing as m
order by 1
