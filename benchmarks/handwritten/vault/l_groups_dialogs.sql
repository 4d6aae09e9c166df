-- l_groups_dialogs: message and group of the batch's dialogs, unless the link has the pair; messages
-- in an unknown group go to quarantine. The message's hub row comes from the same line.
insert into vault.l_groups_dialogs
select
  s.lk_groups_dialogs, s.hk_message_id, s.hk_group_id, s.load_ts, s.record_source, s.batch_id
from stage.dialogs as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and exists (select 1 from vault.h_groups as h where h.hk_group_id = s.hk_group_id)
  and not exists (
    select 1 from vault.l_groups_dialogs as l where l.lk_groups_dialogs = s.lk_groups_dialogs
  )
  and s.row_no not in (select row_no from repeated_dialogs where later_l_groups_dialogs);

insert into stage.dialogs_quarantine
select
  s.batch_id, 'vault.l_groups_dialogs', s.row_no, cast(to_json(s) as varchar),
  'orphan:hk_group_id', concat('not in h_groups: message_group ', s.message_group)
from stage.dialogs as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and s.message_group is not null
  and not exists (select 1 from vault.h_groups as h where h.hk_group_id = s.hk_group_id);
