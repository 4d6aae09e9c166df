-- Products paid by campaign and hour.
select coalesce(utm_campaign, 'none') as campaign, date_part as hour, cast(sum(sm) as bigint) as products
from mart.campaign_purchase_analysis_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  and (len(cast($campaigns as varchar[])) = 0 or list_contains(cast($campaigns as varchar[]), coalesce(utm_campaign, 'none')))
group by all
order by hour, campaign
