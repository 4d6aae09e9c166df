{#- The keys that are active so far, with their last row. -#}
(
    select *
    from {{ plan.table.sql }}
    where batch_id <> 'ghost'
    qualify
      row_number() over (partition by {{ key }} order by load_ts desc, load_seq desc) = 1
      and {{ plan.options.is_active }}
  ) as active
