-- Loads mart writer_age: how old the people are who wrote in any of the $groups oldest groups.
-- A user counts once; the age is the latest known one, NULL if there is none.
with oldest_groups as (
    select hk_group_id
    from vault.h_groups
    where batch_id <> 'ghost'
    order by registration_dt, group_id
    limit $groups
),

group_messages as (
    select posted.hk_message_id
    from vault.l_groups_dialogs as posted
    join oldest_groups on posted.hk_group_id = oldest_groups.hk_group_id
),

writers as (
    select distinct written.hk_user_id
    from group_messages
    join vault.l_user_message as written on group_messages.hk_message_id = written.hk_message_id
),

ages as (
    select
        writers.hk_user_id,
        s_user_socdem.age,
        row_number() over (
            partition by writers.hk_user_id
            order by s_user_socdem.load_ts desc, s_user_socdem.load_seq desc
        ) as version
    from writers
    left join vault.s_user_socdem on writers.hk_user_id = s_user_socdem.hk_user_id
)

select cast(age as bigint) as age, count(hk_user_id) as users
from ages
where version = 1
group by age
order by age nulls last
