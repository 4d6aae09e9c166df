-- mart.events_distribution_hourly: what visitors did in an hour, by device and browser.
-- Rule: the underscore of /product_ is one: starts_with, for LIKE takes it for any character.
select
  case
    when starts_with(t.page_url_path, '/product_') then 'add product'
    when t.page_url_path = '/home' then 'go home'
    when t.page_url_path = '/cart' then 'go cart'
    when t.page_url_path = '/payment' then 'payment cart'
    when t.page_url_path = '/confirmation' then 'confirmation payment'
    else 'other'
  end as event,
  date_trunc('hour', t.event_timestamp) as date_part,
  d.os_name,
  d.device_type,
  t.browser_name,
  count(*) as cnt
from stage.transitions as t
inner join stage.devices as d on d.session_id = t.session_id
where date_trunc('hour', t.event_timestamp) in (select partition_value from changed_partitions)
group by all
