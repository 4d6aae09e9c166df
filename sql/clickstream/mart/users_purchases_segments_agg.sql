-- mart.users_purchases_segments_agg: products paid, by device and source.
select d.device_type, c.utm_source, d.os_name, cast(sum(p.product_count) as bigint) as products
from stage.purchases as p
inner join stage.devices as d on d.session_id = p.session_id
inner join stage.conversion as c on c.session_id = p.session_id
group by all
