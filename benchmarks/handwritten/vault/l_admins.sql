-- l_admins: group and admin of the batch's groups, unless the link has the pair; groups of an
-- unknown admin go to quarantine. The group's hub row comes from the same line.
insert into vault.l_admins
select s.lk_admins, s.hk_group_id, s.hk_user_id, s.load_ts, s.record_source, s.batch_id
from stage.groups as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id)
  and not exists (select 1 from vault.l_admins as l where l.lk_admins = s.lk_admins)
  and s.row_no not in (select row_no from repeated_groups where later_l_admins);

insert into stage.groups_quarantine
select
  s.batch_id, 'vault.l_admins', s.row_no, cast(to_json(s) as varchar),
  'orphan:hk_user_id', concat('not in h_users: admin_id ', s.admin_id)
from stage.groups as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and not exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id);
