-- h_dialogs: keys of the batch that the hub lacks; of a repeated key the first row.
insert into vault.h_dialogs
select s.hk_message_id, s.message_id, s.message_ts, s.load_ts, s.record_source, s.batch_id
from stage.dialogs as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and not exists (select 1 from vault.h_dialogs as h where h.hk_message_id = s.hk_message_id)
  and s.row_no not in (select row_no from repeated_dialogs where later_h_dialogs);
