-- Events by hour, label, system, device and browser: the 1,000 newest rows.
select date_part as hour, event, os_name, device_type, browser_name, cnt as events
from mart.events_distribution_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  and (len(cast($browsers as varchar[])) = 0 or list_contains(cast($browsers as varchar[]), browser_name))
  and (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
order by hour desc, events desc, event, os_name, device_type, browser_name
limit 1000
