-- Users by device and system. A user of several segments counts in each.
select coalesce(device_type, 'unknown') as device, coalesce(os_name, 'unknown') as system, cast(sum(users) as bigint) as users
from mart.users_segments_agg
where (len(cast($systems as varchar[])) = 0 or list_contains(cast($systems as varchar[]), os_name))
  and (len(cast($devices as varchar[])) = 0 or list_contains(cast($devices as varchar[]), device_type))
group by all
order by users desc, device, system
