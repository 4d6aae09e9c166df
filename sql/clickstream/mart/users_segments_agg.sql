-- mart.users_segments_agg: users by device and source; a session without one counts none.
select d.os_name, d.device_type, c.utm_source, count(distinct d.user_custom_id) as users
from stage.devices as d
inner join stage.conversion as c on c.session_id = d.session_id
group by all
