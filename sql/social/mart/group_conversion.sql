-- Loads mart group_conversion: which of the $groups oldest groups turn added users into writers.
-- Oldest = smallest registration_dt, ties by group_id. Added = distinct users with an `add` event:
-- a `create` does not count, a later `leave` does not subtract. Writers = distinct authors of
-- messages in the group, members or not. Conversion = writers / added, NULL where nobody was added.
with oldest_groups as (
    select hk_group_id, group_id, registration_dt
    from vault.h_groups
    where batch_id <> 'ghost'
    order by registration_dt, group_id
    limit $groups
),

named_groups as (
    select
        oldest_groups.hk_group_id,
        oldest_groups.group_id,
        oldest_groups.registration_dt,
        s_group_name.group_name,
        row_number() over (
            partition by oldest_groups.hk_group_id
            order by s_group_name.load_ts desc, s_group_name.load_seq desc
        ) as version
    from oldest_groups
    left join vault.s_group_name on oldest_groups.hk_group_id = s_group_name.hk_group_id
),

-- A link row is one pair of user and group, so pairs are users.
added as (
    select activity.hk_group_id, count(activity.hk_user_id) as users
    from vault.l_user_group_activity as activity
    join oldest_groups on activity.hk_group_id = oldest_groups.hk_group_id
    where exists (
        select 1
        from vault.s_auth_history as history
        where
            history.lk_user_group_activity = activity.lk_user_group_activity
            and history.event = 'add'
    )
    group by activity.hk_group_id
),

group_messages as (
    select posted.hk_message_id, posted.hk_group_id
    from vault.l_groups_dialogs as posted
    join oldest_groups on posted.hk_group_id = oldest_groups.hk_group_id
),

writers as (
    select group_messages.hk_group_id, count(distinct written.hk_user_id) as users
    from group_messages
    join vault.l_user_message as written on group_messages.hk_message_id = written.hk_message_id
    group by group_messages.hk_group_id
),

conversions as (
    select
        named_groups.group_id,
        named_groups.group_name,
        named_groups.registration_dt,
        coalesce(added.users, 0) as cnt_added_users,
        coalesce(writers.users, 0) as cnt_users_in_group_with_messages,
        cast(coalesce(writers.users, 0) as double precision) / added.users as group_conversion
    from named_groups
    left join added on named_groups.hk_group_id = added.hk_group_id
    left join writers on named_groups.hk_group_id = writers.hk_group_id
    where named_groups.version = 1
)

select
    cast(group_id as bigint) as group_id,
    group_name,
    cast(registration_dt as timestamp) as registration_dt,
    cast(cnt_added_users as bigint) as cnt_added_users,
    cast(cnt_users_in_group_with_messages as bigint) as cnt_users_in_group_with_messages,
    group_conversion,
    row_number() over (order by group_conversion desc nulls last, group_id) as rank
from conversions
order by rank
