-- {{ label }}: staged batches that feed what it reads; whether all of that has applied them; and from
-- what the mart would be built now, beside what it was built from.
create or replace temp table mart_batches as
with reads (table_name, stage) as (
  values
    {%- for table, stage in reads %}
    ({{ table | lit }}, {{ stage | lit }}){{ "" if loop.last else "," }}
    {%- endfor %}
),
needed as (
  select stage, count(*) as tables from reads group by stage
),
applied as (
  select table_name, stage, batch_id, load_ts, rows_in, inserted, applied_at, note
  from registry.applied
  where table_name in (
    {{ label | lit }}
    {%- for table, stage in reads %},
    {{ table | lit }}, {{ (stage_layer ~ '.' ~ stage) | lit }}
    {%- endfor %}
  )
),
staged as (
  select
    stage,
    batch_id,
    load_ts,
    try_cast(note as json) -> 'from_key' as from_key,
    rows_in as records,
    inserted as loaded
  from applied
  where table_name = {{ (stage_layer ~ '.') | lit }} || stage and stage in (select stage from reads)
),
marks as (
  select
    a.stage,
    a.batch_id,
    count(*) as tables,
    cast(
      bit_xor(
        md5_number_lower(
          case
            when a.table_name in ({{ marts | map('lit') | join(', ') }}) then concat_ws('|', a.table_name, a.note)
            else concat_ws('|', a.table_name, a.applied_at)
          end
        )
      ) as varchar
    ) as mark
  from applied as a
  inner join reads as r on r.table_name = a.table_name and r.stage = a.stage
  where a.note is distinct from $replay
  group by a.stage, a.batch_id
),
rewritten as (
  select s.batch_id, max(w.rewritten_at) as rewritten_at
  from staged as s
  inner join registry.rewritten as w on w.since <= s.load_ts
  where w.table_name in (select table_name from reads)
  group by s.batch_id
),
judged as (
  select
    s.stage,
    s.batch_id,
    s.load_ts,
    s.from_key,
    s.records,
    s.loaded,
    coalesce(m.tables = n.tables, false) as is_complete,
    '{"applied": "' || coalesce(m.mark, '0') || '"' as applied,
    ', "rewritten": "' || coalesce(cast(w.rewritten_at as varchar), '') || '"}' as rewritten
  from staged as s
  inner join needed as n on n.stage = s.stage
  left join marks as m on m.stage = s.stage and m.batch_id = s.batch_id
  left join rewritten as w on w.batch_id = s.batch_id
),
consumed as (
  select stage, batch_id, note
  from applied
  where table_name = {{ label | lit }}
)
select
  j.stage as source,
  j.batch_id,
  j.load_ts,
  j.from_key,
  j.records,
  j.loaded,
  j.applied || j.rewritten as built_from,
  j.is_complete,
  c.batch_id is not null as is_consumed,
  j.is_complete and c.note is distinct from j.applied || j.rewritten as is_new,
  j.is_complete and c.batch_id is not null and not starts_with(c.note, j.applied) as is_again
from judged as j
left join consumed as c on c.stage = j.stage and c.batch_id = j.batch_id
