-- mart.purchase_totals: the sum of all paid products by the ways to count it; see the check sums_agree.
select 'stage.purchases' as counted_in, cast(coalesce(sum(product_count), 0) as bigint) as products
from stage.purchases
union all
select 'mart.purchased_products_count_hourly', cast(coalesce(sum(cnt), 0) as bigint)
from mart.purchased_products_count_hourly
union all
select 'mart.click_conversion_rates_hourly', cast(coalesce(sum(sm), 0) as bigint)
from mart.click_conversion_rates_hourly
union all
select 'mart.campaign_purchase_analysis_hourly', cast(coalesce(sum(sm), 0) as bigint)
from mart.campaign_purchase_analysis_hourly
union all
select 'mart.products_paid', cast(coalesce(sum(paid), 0) as bigint)
from mart.products_paid
union all
select 'stage.purchases with a device', cast(coalesce(sum(p.product_count), 0) as bigint)
from stage.purchases as p
where p.session_id in (select session_id from stage.devices)
union all
select 'mart.users_purchases_segments_agg', cast(coalesce(sum(products), 0) as bigint)
from mart.users_purchases_segments_agg
