-- s_auth_history: the distinct events of the batch's log that the history lacks, numbered within
-- their pair; lines without a pair in the link go to quarantine.
insert into vault.s_auth_history
with events as (
  select
    s.lk_user_group_activity, s.hd_s_auth_history as hashdiff, min(s.row_no) as row_no,
    any_value(s.user_id_from) as user_id_from, any_value(s.event) as event,
    any_value(s.datetime) as event_dt
  from stage.group_log as s
  where
    s.batch_id = getvariable('batch_id')
    and s.load_ts = getvariable('load_ts')
    and exists (
      select 1
      from vault.l_user_group_activity as l
      where l.lk_user_group_activity = s.lk_user_group_activity
    )
    and not exists (
      select 1
      from vault.s_auth_history as h
      where
        h.lk_user_group_activity = s.lk_user_group_activity
        and h.hashdiff = s.hd_s_auth_history
    )
  group by s.lk_user_group_activity, s.hd_s_auth_history
)
select
  lk_user_group_activity, user_id_from, event, event_dt, getvariable('load_ts'),
  row_number() over (partition by lk_user_group_activity order by row_no) - 1,
  hashdiff, 's3', getvariable('batch_id')
from events;

insert into stage.group_log_quarantine
select
  s.batch_id, 'vault.s_auth_history', s.row_no, cast(to_json(s) as varchar),
  'orphan:lk_user_group_activity', concat('user ', s.user_id, ', group ', s.group_id)
from stage.group_log as s
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and not exists (
    select 1
    from vault.l_user_group_activity as l
    where l.lk_user_group_activity = s.lk_user_group_activity
  );
