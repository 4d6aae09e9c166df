-- Products paid by campaign and medium: sum, mean and number of their hours with a confirmation.
select
  coalesce(utm_campaign, 'none') as campaign,
  coalesce(utm_medium, 'none') as medium,
  cast(sum(sm) as bigint) as products,
  avg(sm) as mean,
  count(*) as hours
from mart.campaign_purchase_analysis_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  and (len(cast($campaigns as varchar[])) = 0 or list_contains(cast($campaigns as varchar[]), coalesce(utm_campaign, 'none')))
group by all
order by products desc, campaign, medium
