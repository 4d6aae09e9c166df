-- Products paid by hour of the confirmation; hours without one have no row.
select date_part as hour, cnt as products
from mart.purchased_products_count_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
order by hour
