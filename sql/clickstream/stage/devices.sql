-- stage.devices: the device of a session, of which raw.device_events has a copy per event.
-- Rule: of copies that differ the latest load_hour counts, in it the smallest by text, column by column.
select
  click_id as session_id,
  os_name,
  os_timezone,
  device_type,
  user_custom_id,
  user_domain_id
from raw.device_events
where click_id in (select session_id from changed_keys)
qualify row_number() over (
  partition by click_id
  order by load_hour desc, os_name, os_timezone, device_type, user_custom_id, user_domain_id
) = 1
