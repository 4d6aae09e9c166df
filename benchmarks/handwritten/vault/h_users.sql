-- h_users: keys of the batch that the hub lacks; of a repeated key the first row.
insert into vault.h_users
select s.hk_user_id, s.id, s.registration_dt, s.load_ts, s.record_source, s.batch_id
from stage.users as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and not exists (select 1 from vault.h_users as h where h.hk_user_id = s.hk_user_id)
  and s.row_no not in (select row_no from repeated_users where later_h_users);
