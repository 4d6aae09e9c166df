-- l_user_message: author and message of the batch's dialogs, unless the link has the pair; messages
-- of an unknown author go to quarantine. The message's hub row comes from the same line.
insert into vault.l_user_message
select
  s.lk_user_message, s.hk_user_id, s.hk_message_id, s.load_ts, s.record_source, s.batch_id
from stage.dialogs as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id)
  and not exists (
    select 1 from vault.l_user_message as l where l.lk_user_message = s.lk_user_message
  )
  and s.row_no not in (select row_no from repeated_dialogs where later_l_user_message);

insert into stage.dialogs_quarantine
select
  s.batch_id, 'vault.l_user_message', s.row_no, cast(to_json(s) as varchar),
  'orphan:hk_user_id', concat('not in h_users: message_from ', s.message_from)
from stage.dialogs as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and not exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id);
