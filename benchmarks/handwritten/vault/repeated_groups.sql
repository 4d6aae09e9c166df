-- Rows of the batch whose id occurs more than once: seldom any, so no table has to sort its rows.
create or replace temp table repeated_groups as
select
  row_no,
  row_number() over (partition by id order by row_no) > 1 as later_h_groups,
  row_number() over (partition by lk_admins order by row_no) > 1 as later_l_admins,
  min(hd_s_group_name) over one_id <> max(hd_s_group_name) over one_id as conflict_s_group_name,
  min(hd_s_group_private_status) over one_id <> max(hd_s_group_private_status) over one_id
    as conflict_s_group_private_status,
  min(lk_admins) over one_id <> max(lk_admins) over one_id as conflict_s_admins
from stage.groups
where
  batch_id = getvariable('batch_id')
  and load_ts = getvariable('load_ts')
  and id in (
    select id from stage.groups
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
    group by id
    having count(*) > 1
  )
window one_id as (partition by id);
