-- stage.devices: sessions built whose copies differ; the latest hour counts, in it the smallest text.
select
  click_id as session_id,
  count(distinct (os_name, os_timezone, device_type, user_custom_id, user_domain_id)) as variants
from raw.device_events
where click_id in (select session_id from changed_keys)
group by click_id
having variants > 1
