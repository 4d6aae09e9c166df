-- Distinct rows of the log, of known members and groups, that are not in the history.
select g.batch_id, g.row_no, g.group_id, g.user_id, g.event, g.datetime
from stage.group_log as g
where
  g.load_ts between $first and $last
  and g.lk_user_group_activity in (
    select lk_user_group_activity from vault.l_user_group_activity
  )
  and g.batch_id in (
    select batch_id from registry.applied where table_name = 'vault.s_auth_history'
  )
  and not exists (
    select 1
    from vault.s_auth_history as s
    where
      s.lk_user_group_activity = g.lk_user_group_activity
      and s.hashdiff = g.hd_s_auth_history
  )
