{#- The rows of `history`, each with the places of the snapshots at which it is the valid one:
    first_place <= place < end_place. Of rows before one snapshot all but the last have none. #}
places_{{ number }} as (
  select t.load_ts, min(s.place) as place
  from (select distinct load_ts from {{ history.table.sql }}) as t
  inner join snapshots as s on s.snapshot_ts >= t.load_ts
  group by t.load_ts
),
spans_{{ number }} as (
  select
    t.*,
    p.place as first_place,
    lead(p.place, 1, {{ snapshots | length + 1 }}) over (
      partition by t.{{ history.key | q }} order by t.load_ts, t.load_seq
    ) as end_place
  from {{ history.table.sql }} as t
  inner join places_{{ number }} as p on p.load_ts = t.load_ts
  where t.batch_id <> 'ghost'
),
