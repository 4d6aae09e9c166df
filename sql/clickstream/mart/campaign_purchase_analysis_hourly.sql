-- mart.campaign_purchase_analysis_hourly: products paid, by the campaign of the session.
select
  c.utm_campaign,
  c.utm_medium,
  date_trunc('hour', p.event_timestamp) as date_part,
  cast(sum(p.product_count) as bigint) as sm
from stage.purchases as p
inner join stage.conversion as c on c.session_id = p.session_id
where date_trunc('hour', p.event_timestamp) in (select partition_value from changed_partitions)
group by all
