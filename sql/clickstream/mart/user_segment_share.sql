-- mart.user_segment_share: users of a segment, in percent of all users that are in one.
-- A user may be in several segments: then the shares sum to more than 100.
with total as (
  select count(distinct d.user_custom_id) as users
  from stage.devices as d
  inner join stage.conversion as c on c.session_id = d.session_id
)
select s.os_name, s.device_type, s.utm_source, s.users, 100 * s.users / nullif(t.users, 0) as percent
from mart.users_segments_agg as s
cross join total as t
