-- s_group_name: rows of the batch that differ from the latest stored row of their key; rows of one key that
-- contradict each other go to quarantine.
insert into vault.s_group_name
with latest as (
  select hk_group_id, arg_max(hashdiff, load_ts) as hashdiff
  from vault.s_group_name
  where hk_group_id in (
    select hk_group_id from stage.groups
    where batch_id = getvariable('batch_id') and load_ts = getvariable('load_ts')
  )
  group by hk_group_id
)
select
  s.hk_group_id, s.group_name,
  s.load_ts, 0, s.hd_s_group_name, s.record_source, s.batch_id
from stage.groups as s
left join latest as l on l.hk_group_id = s.hk_group_id
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and l.hashdiff is distinct from s.hd_s_group_name
  and s.row_no not in (
    select row_no from repeated_groups where later_h_groups or conflict_s_group_name
  );

insert into stage.groups_quarantine
select s.batch_id, 'vault.s_group_name', s.row_no, cast(to_json(s) as varchar), 'conflict', null
from stage.groups as s inner join repeated_groups as r on r.row_no = s.row_no and r.conflict_s_group_name
where s.batch_id = getvariable('batch_id') and s.load_ts = getvariable('load_ts');
