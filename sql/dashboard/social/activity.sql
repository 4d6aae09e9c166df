-- The $top groups with most messages among those that a search finds.
select
  group_id,
  group_name,
  added,
  current_members,
  messages,
  writers,
  never_wrote,
  messages / nullif(writers, 0) as messages_per_writer
from mart.group_activity
where contains(lower(coalesce(group_name, '')), lower($search)) and added >= $least
order by messages desc, group_id
limit $top
