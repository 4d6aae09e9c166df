-- l_user_group_activity: the distinct pairs of the batch's log that the link lacks; lines of an
-- unknown user or group go to quarantine.
insert into vault.l_user_group_activity
select
  s.lk_user_group_activity, any_value(s.hk_user_id), any_value(s.hk_group_id),
  getvariable('load_ts'), 's3', getvariable('batch_id')
from stage.group_log as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id)
  and exists (select 1 from vault.h_groups as h where h.hk_group_id = s.hk_group_id)
  and not exists (
    select 1
    from vault.l_user_group_activity as l
    where l.lk_user_group_activity = s.lk_user_group_activity
  )
group by s.lk_user_group_activity;

insert into stage.group_log_quarantine
select
  s.batch_id, 'vault.l_user_group_activity', s.row_no, cast(to_json(s) as varchar),
  case when u.hk_user_id is null then 'orphan:hk_user_id' else 'orphan:hk_group_id' end,
  concat('user ', s.user_id, ', group ', s.group_id)
from stage.group_log as s
left join vault.h_users as u on u.hk_user_id = s.hk_user_id
left join vault.h_groups as g on g.hk_group_id = s.hk_group_id
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and (u.hk_user_id is null or g.hk_group_id is null);
