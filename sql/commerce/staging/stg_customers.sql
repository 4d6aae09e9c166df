-- staging.stg_customers: the newest row of every customer that new batches touch.
-- Rule: newest updated_at, then the later batch, then the later line. No phone becomes Unknown.
select
  s.customer_id,
  s.name,
  s.email,
  coalesce(s.phone, 'Unknown') as phone,
  s.created_at,
  s.updated_at
from staging.customers as s
where s.customer_id in (select customer_id from changed_keys)
qualify row_number() over (
  partition by s.customer_id
  order by coalesce(s.updated_at, s.created_at) desc nulls last, s.load_ts desc, s.row_no desc
) = 1
