-- Loads mart group_activity: members, messages and writers of every group.
-- Added = users with an `add` event. A current member's last event is no `leave`; on equal time
-- leave wins. Writers = distinct authors of the group's messages. never_wrote = added users who are
-- no writers of that group.
with names as (
    select
        hk_group_id,
        group_name,
        row_number() over (partition by hk_group_id order by load_ts desc, load_seq desc) as version
    from vault.s_group_name
    where batch_id <> 'ghost'
),

pair_events as (
    select
        history.lk_user_group_activity,
        max(case when history.event = 'add' then 1 else 0 end) as was_added,
        max(case when history.event <> 'leave' then history.event_dt end) as entered_dt,
        max(case when history.event = 'leave' then history.event_dt end) as left_dt
    from vault.s_auth_history as history
    where history.batch_id <> 'ghost'
    group by history.lk_user_group_activity
),

members as (
    select
        activity.hk_group_id,
        activity.hk_user_id,
        pair_events.was_added,
        case
            when pair_events.left_dt is null or pair_events.entered_dt > pair_events.left_dt then 1
            else 0
        end as is_current
    from vault.l_user_group_activity as activity
    join pair_events on activity.lk_user_group_activity = pair_events.lk_user_group_activity
),

-- A message of an unknown author counts, and has the writer NULL.
group_authors as (
    select posted.hk_group_id, written.hk_user_id, count(posted.hk_message_id) as messages
    from vault.l_groups_dialogs as posted
    left join vault.l_user_message as written on posted.hk_message_id = written.hk_message_id
    where posted.batch_id <> 'ghost'
    group by posted.hk_group_id, written.hk_user_id
),

group_members as (
    select
        members.hk_group_id,
        sum(members.was_added) as added,
        sum(members.is_current) as current_members,
        sum(case when group_authors.hk_user_id is null then members.was_added else 0 end)
            as never_wrote
    from members
    left join group_authors
        on members.hk_group_id = group_authors.hk_group_id
        and members.hk_user_id = group_authors.hk_user_id
    group by members.hk_group_id
),

group_writers as (
    select hk_group_id, sum(messages) as messages, count(hk_user_id) as writers
    from group_authors
    group by hk_group_id
)

select
    cast(h_groups.group_id as bigint) as group_id,
    cast(coalesce(group_members.added, 0) as bigint) as added,
    cast(coalesce(group_members.current_members, 0) as bigint) as current_members,
    cast(coalesce(group_writers.messages, 0) as bigint) as messages,
    cast(coalesce(group_writers.writers, 0) as bigint) as writers,
    cast(coalesce(group_members.never_wrote, 0) as bigint) as never_wrote,
    names.group_name
from vault.h_groups
left join names on h_groups.hk_group_id = names.hk_group_id and names.version = 1
left join group_members on h_groups.hk_group_id = group_members.hk_group_id
left join group_writers on h_groups.hk_group_id = group_writers.hk_group_id
where h_groups.batch_id <> 'ghost'
order by group_id
