-- Sums over the groups that a search finds. Rule: an empty search finds all.
select
  count(*) as groups,
  cast(coalesce(sum(current_members), 0) as bigint) as current_members,
  cast(coalesce(sum(messages), 0) as bigint) as messages,
  cast(coalesce(sum(added), 0) as bigint) as added,
  cast(coalesce(sum(never_wrote), 0) as bigint) as never_wrote
from mart.group_activity
where contains(lower(coalesce(group_name, '')), lower($search)) and added >= $least
