-- mart.purchase_totals: tables whose sum is not that of stage.purchases; by segment, of sessions with a device.
with totals as (
  select
    counted_in,
    products,
    counted_in in ('stage.purchases with a device', 'mart.users_purchases_segments_agg') as of_devices
  from mart.purchase_totals
),
expected as (
  select of_devices, products
  from totals
  where starts_with(counted_in, 'stage.')
)
select t.counted_in, t.products, e.products as expected
from totals as t
inner join expected as e on e.of_devices = t.of_devices
where t.products <> e.products
