{#- The rows that need a decision. Of a `direct` table those that are new and come once need none:
    `insert_direct` takes them from the stage. Without a repeated or stored key the second query
    reads nothing, which a condition with `or` would not allow. #}
doubtful as (
  {%- if plan.direct %}
  select * from judged where _reason is not null
  union all
  select *
  from judged
  where
    _reason is null
    and {{ key }} in (select {{ key }} from repeated union all select {{ key }} from {{ stored }})
  {%- else %}
  select * from judged
  {%- endif %}
),
