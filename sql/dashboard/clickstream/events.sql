-- Events of each hour by label. Rule: the last day is included wholly.
select date_part as hour, event, cast(sum(cnt) as bigint) as events
from mart.events_distribution_hourly
where date_part >= cast($first as timestamp) and date_part < cast($last as timestamp) + interval 1 day
  and (len(cast($browsers as varchar[])) = 0 or list_contains(cast($browsers as varchar[]), browser_name))
  and (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
group by all
order by hour, event
