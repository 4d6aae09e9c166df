-- Products paid by source and hour.
select coalesce(utm_source, 'direct') as source, date_part as hour, cast(sum(sm) as bigint) as products
from mart.click_conversion_rates_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
group by all
order by hour, source
