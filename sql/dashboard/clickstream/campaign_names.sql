-- Names of all campaigns.
select distinct coalesce(utm_campaign, 'none') as campaign
from mart.campaign_purchase_analysis_hourly
order by campaign
