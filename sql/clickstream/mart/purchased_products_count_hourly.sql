-- mart.purchased_products_count_hourly: products paid, by the hour of their confirmation; also if that is 0.
select date_trunc('hour', event_timestamp) as date_part, cast(sum(product_count) as bigint) as cnt
from stage.purchases
where date_trunc('hour', event_timestamp) in (select partition_value from changed_partitions)
group by all
