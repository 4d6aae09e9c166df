-- The compared groups with at least $least added users, the best conversion first.
select
  rank,
  group_id,
  group_name,
  cast(registration_dt as date) as founded,
  cnt_added_users as added,
  cnt_users_in_group_with_messages as writers,
  group_conversion as conversion
from mart.group_conversion
where cnt_added_users >= $least
order by rank
