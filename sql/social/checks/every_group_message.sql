-- Messages of a known group that are not in the link.
select d.batch_id, d.row_no, d.message_id, d.message_group
from stage.dialogs as d
where
  d.load_ts between $first and $last
  and d.hk_group_id in (select hk_group_id from vault.h_groups)
  and d.batch_id in (
    select batch_id from registry.applied where table_name = 'vault.l_groups_dialogs'
  )
  and not exists (
    select 1 from vault.l_groups_dialogs as l where l.lk_groups_dialogs = d.lk_groups_dialogs
  )
