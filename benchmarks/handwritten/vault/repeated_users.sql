-- Rows of the batch whose id occurs more than once: seldom any, so no table has to sort its rows.
create or replace temp table repeated_users as
select
  row_no,
  row_number() over (partition by id order by row_no) > 1 as later_h_users,
  min(hd_s_user_chatinfo) over one_id <> max(hd_s_user_chatinfo) over one_id
    as conflict_s_user_chatinfo,
  min(hd_s_user_socdem) over one_id <> max(hd_s_user_socdem) over one_id
    as conflict_s_user_socdem
from stage.users
where
  batch_id = getvariable('batch_id')
  and load_ts = getvariable('load_ts')
  and id in (
    select id from stage.users
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
    group by id
    having count(*) > 1
  )
window one_id as (partition by id);
