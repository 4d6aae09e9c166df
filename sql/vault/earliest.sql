(batch_id, row_no) in (
  select batch_id, row_no
  from {{ stage }}
  {%- if binding.where %}
  where
    {{ binding.where }}
  {%- endif %}
  qualify
    row_number() over (
      partition by {{ binding.earliest.per | cols }}
      order by {{ binding.earliest.order | cols }}, load_ts, row_no
    ) = 1
)
