-- s_user_socdem: rows of the batch that differ from the latest stored row of their key; rows of one key that
-- contradict each other go to quarantine.
insert into vault.s_user_socdem
with latest as (
  select hk_user_id, arg_max(hashdiff, load_ts) as hashdiff
  from vault.s_user_socdem
  where hk_user_id in (
    select hk_user_id from stage.users
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
  )
  group by hk_user_id
)
select
  s.hk_user_id, s.country, s.age,
  s.load_ts, 0, s.hd_s_user_socdem, s.record_source, s.batch_id
from stage.users as s
left join latest as l on l.hk_user_id = s.hk_user_id
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and l.hashdiff is distinct from s.hd_s_user_socdem
  and s.row_no not in (
    select row_no from repeated_users where later_h_users or conflict_s_user_socdem
  );

insert into stage.users_quarantine
select s.batch_id, 'vault.s_user_socdem', s.row_no, cast(to_json(s) as varchar), 'conflict', null
from stage.users as s inner join repeated_users as r on r.row_no = s.row_no and r.conflict_s_user_socdem
where s.batch_id = getvariable('batch_id') and s.load_ts = getvariable('load_ts');
