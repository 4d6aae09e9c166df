-- Rows of the batch whose id occurs more than once: seldom any, so no table has to sort its rows.
create or replace temp table repeated_dialogs as
select
  row_no,
  row_number() over (partition by message_id order by row_no) > 1 as later_h_dialogs,
  row_number() over (partition by lk_user_message order by row_no) > 1 as later_l_user_message,
  row_number() over (partition by lk_groups_dialogs order by row_no) > 1
    as later_l_groups_dialogs,
  min(hd_s_dialog_info) over one_id <> max(hd_s_dialog_info) over one_id as conflict_s_dialog_info
from stage.dialogs
where
  batch_id = getvariable('batch_id')
  and load_ts = getvariable('load_ts')
  and message_id in (
    select message_id from stage.dialogs
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
    group by message_id
    having count(*) > 1
  )
window one_id as (partition by message_id);
