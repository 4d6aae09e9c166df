-- Users and products paid by source. A user of several segments counts in each.
with people as (
  select coalesce(utm_source, 'direct') as source, cast(sum(users) as bigint) as users
  from mart.users_segments_agg
  where (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
  group by all
),
bought as (
  select coalesce(utm_source, 'direct') as source, cast(sum(products) as bigint) as products
  from mart.users_purchases_segments_agg
  where (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
  group by all
)
select
  p.source,
  p.users,
  p.users / nullif(sum(p.users) over (), 0) as share,
  coalesce(b.products, 0) as products
from people as p
left join bought as b on b.source = p.source
order by p.users desc, p.source
