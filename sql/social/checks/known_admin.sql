-- Groups without an admin who is a known member.
select g.group_id, g.batch_id
from vault.h_groups as g
where
  g.batch_id <> 'ghost'
  and not exists (select 1 from vault.l_admins as a where a.hk_group_id = g.hk_group_id)
