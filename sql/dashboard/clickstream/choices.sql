-- What the filters offer.
select
  list(distinct browser_name order by browser_name) filter (browser_name is not null) as browsers,
  list(distinct os_name order by os_name) filter (os_name is not null) as systems,
  list(distinct device_type order by device_type) filter (device_type is not null) as devices
from mart.events_distribution_hourly
