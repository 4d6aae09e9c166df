-- First and last day with events.
select cast(min(date_part) as date) as first, cast(max(date_part) as date) as last
from mart.events_distribution_hourly
