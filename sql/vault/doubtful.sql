{#- The rows that need a decision. Of a `direct` table those that are new and come once need none:
    `insert_direct` takes them from the stage. Without a repeated or stored key the second query
    reads nothing, which a condition with `or` would not allow. #}
{%- set needed %}*{% if plan.spared %} exclude ({{ plan.spared | cols }}){% endif %}{% endset %}
doubtful as (
  {%- if plan.direct %}
  select {{ needed }} from judged where _reason is not null
  union all
  select {{ needed }}
  from judged
  where
    _reason is null
    and {{ key }} in (select {{ key }} from repeated union all select {{ key }} from {{ stored }})
  {%- else %}
  select * from judged
  {%- endif %}
),
