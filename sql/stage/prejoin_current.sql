-- {{ plan.table.label }}: batches whose kept rows are not what their lookups find now.
-- Rule: only batches staged before a stage looked up got rows that they see, or by another
-- declaration, can differ; the others are not read.
with doubtful as (
  select a.batch_id, a.load_ts
  from registry.applied as a
  where
    a.table_name = {{ plan.table.label | lit }}
    and (
      coalesce(a.note ->> 'prejoins', '') <> {{ definition | lit }}
      or exists (
        select 1
        from registry.applied as other
        where
          other.table_name in ({{ plan.prejoins | map(attribute="stage.table.label") | map("lit") | join(", ") }})
          and other.load_ts <= a.load_ts
          and other.applied_at >= a.applied_at
      )
    )
),
differing as (
  {%- for prejoin in plan.prejoins %}
  select s.batch_id, s.load_ts, s.row_no, {{ prejoin.name | lit }} as prejoin
  from (
    select l.*
    from {{ plan.table.sql }} as l
    semi join doubtful as d on d.batch_id = l.batch_id
  ) as s
  asof left join (
    select
      {%- for _ in prejoin.on %}
      k{{ loop.index }},
      {%- endfor %}
      {%- for _ in prejoin.columns %}
      v{{ loop.index }},
      {%- endfor %}
      load_ts,
      true as is_found
    from (
      select
        {%- for _, _, there in prejoin.on %}
        t.{{ there | q }} as k{{ loop.index }},
        {%- endfor %}
        {%- for _, there in prejoin.columns %}
        t.{{ there | q }} as v{{ loop.index }},
        {%- endfor %}
        t.load_ts,
        row_number() over (
          partition by {% for _, _, there in prejoin.on %}t.{{ there | q }}, {% endfor %}t.load_ts
          order by t.row_no desc
        ) as age
      from {{ prejoin.stage.table.sql }} as t
      where t.load_ts <= (select max(load_ts) from doubtful)
    ) as ranked
    where age = 1
  ) as p
    on {% for own, _, _ in prejoin.on %}p.k{{ loop.index }} = s.{{ own | q }} and {% endfor %}s.load_ts >= p.load_ts
  where
    {%- for new, _ in prejoin.columns %}
    {{ "" if loop.first else "or " }}s.{{ new | q }} is distinct from p.v{{ loop.index }}
    {%- endfor %}
    {%- if prejoin.quarantine %}
    or (p.is_found is null{% for own, _, _ in prejoin.on %} and s.{{ own | q }} is not null{% endfor %})
    {%- endif %}
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
)
select
  batch_id,
  prejoin,
  min(row_no) as row_no,
  count(*) as row_count,
  'vault-assets replay ' || batch_id as fix
from differing
group by batch_id, load_ts, prejoin
order by load_ts, prejoin
