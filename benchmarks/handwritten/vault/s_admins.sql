-- s_admins: a group's first admin holds from its registration; another admin closes the one before
-- and opens from the load time on.
insert into vault.s_admins
with states as (
  select
    lk_admins, hk_group_id, is_admin,
    row_number() over (partition by lk_admins order by load_ts desc, load_seq desc) as age
  from vault.s_admins
  where batch_id <> 'ghost'
),
active as (select hk_group_id, lk_admins from states where age = 1 and is_admin),
changes as (
  select s.*, a.lk_admins as before, k.hk_group_id is null as is_first
  from stage.groups as s
  left join active as a on a.hk_group_id = s.hk_group_id
  left join (select distinct hk_group_id from states) as k on k.hk_group_id = s.hk_group_id
  where
    s.batch_id = getvariable('batch_id')
    and s.load_ts = getvariable('load_ts')
    and s.lk_admins is distinct from a.lk_admins
    and exists (select 1 from vault.l_admins as l where l.lk_admins = s.lk_admins)
    and s.row_no not in (
      select row_no from repeated_groups where later_l_admins or conflict_s_admins
    )
),
rows as (
  select
    lk_admins, hk_group_id, true as is_admin,
    case when is_first then registration_dt else load_ts end as admin_from
  from changes
  union all
  select before, hk_group_id, false, load_ts from changes where before is not null
)
select
  lk_admins, hk_group_id, is_admin, admin_from, getvariable('load_ts'), 0,
  hashed(concat(is_admin, '|', moment(admin_from), '|')), 's3', getvariable('batch_id')
from rows;

insert into stage.groups_quarantine
select
  s.batch_id, 'vault.s_admins', s.row_no, cast(to_json(s) as varchar),
  case when l.lk_admins is null then 'orphan:lk_admins' else 'conflict' end, null
from stage.groups as s
left join vault.l_admins as l on l.lk_admins = s.lk_admins
left join repeated_groups as r on r.row_no = s.row_no
where
  s.batch_id = getvariable('batch_id')
  and s.load_ts = getvariable('load_ts')
  and (l.lk_admins is null or r.conflict_s_admins);
