-- Sessions that saw each page on the way to a purchase.
with sums as (
  select sum(home) as home, sum(product) as product, sum(cart) as cart, sum(payment) as payment, sum(confirmation) as confirmation
  from mart.funnel_by_segment
  where (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
)
select step, page, cast(coalesce(sessions, 0) as bigint) as sessions
from (
  select 1 as step, 'Home' as page, home as sessions from sums
  union all
  select 2, 'Product', product from sums
  union all
  select 3, 'Cart', cart from sums
  union all
  select 4, 'Payment', payment from sums
  union all
  select 5, 'Confirmation', confirmation from sums
)
where sessions is not null
order by step
