-- s_dialog_info: rows of the batch that differ from the latest stored row of their key; rows of one key that
-- contradict each other go to quarantine.
insert into vault.s_dialog_info
with latest as (
  select hk_message_id, arg_max(hashdiff, load_ts) as hashdiff
  from vault.s_dialog_info
  where hk_message_id in (
    select hk_message_id from stage.dialogs
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
  )
  group by hk_message_id
)
select
  s.hk_message_id, s.message, s.message_from, s.message_to,
  s.load_ts, 0, s.hd_s_dialog_info, s.record_source, s.batch_id
from stage.dialogs as s
left join latest as l on l.hk_message_id = s.hk_message_id
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and l.hashdiff is distinct from s.hd_s_dialog_info
  and s.row_no not in (
    select row_no from repeated_dialogs where later_h_dialogs or conflict_s_dialog_info
  );

insert into stage.dialogs_quarantine
select s.batch_id, 'vault.s_dialog_info', s.row_no, cast(to_json(s) as varchar), 'conflict', null
from stage.dialogs as s inner join repeated_dialogs as r on r.row_no = s.row_no and r.conflict_s_dialog_info
where s.batch_id = getvariable('batch_id') and s.load_ts = getvariable('load_ts');
