-- Loads mart mart_plan_changes_daily: changes of plans per day, and who is paid at its end.
-- A relation that a plan change opened is an upgrade or a downgrade; one that another first event
-- of a user opened is neither. A change to the plan that the user has already opens nothing.
with days as (
    select cast(click_ts as date) as date from vault.nhl_web_click where batch_id <> 'ghost'
    union
    select cast(effective_from_ts as date)
    from vault.effsat_user_plan
    where batch_id <> 'ghost'
),

relations as (
    select
        held.hk_user,
        held.effective_from_ts,
        held.effective_to_ts,
        case when held.record_source = 'status_change_events' then 1 else 0 end as is_change,
        plan.plan_type
    from vault.effsat_user_plan as held
    inner join vault.link_user_plan as pair on held.lk_user_plan = pair.lk_user_plan
    inner join vault.hub_plan as plan on pair.hk_plan = plan.hk_plan
    where held.batch_id <> 'ghost'
),

changes as (
    select
        cast(effective_from_ts as date) as date,
        sum(case when plan_type = 'paid' then 1 else 0 end) as upgrades,
        sum(case when plan_type = 'free' then 1 else 0 end) as downgrades
    from relations
    where is_change = 1
    group by cast(effective_from_ts as date)
),

paid as (
    select days.date, count(distinct relations.hk_user) as users
    from days
    inner join relations
        on cast(relations.effective_from_ts as date) <= days.date
        and (
            relations.effective_to_ts is null
            or cast(relations.effective_to_ts as date) > days.date
        )
    where
        relations.plan_type = 'paid'
        and days.date in (select partition_value from changed_partitions)
    group by days.date
)

select
    days.date,
    cast(coalesce(changes.upgrades, 0) as bigint) as upgrades,
    cast(coalesce(changes.downgrades, 0) as bigint) as downgrades,
    cast(coalesce(paid.users, 0) as bigint) as paid_users
from days
left join changes on days.date = changes.date
left join paid on days.date = paid.date
where days.date in (select partition_value from changed_partitions)
