-- Sample landing files of warehouse social: views users, groups, dialogs and group_log, columns as
-- text. A row depends only on its ordinal, the seed and the day, so no row is ever stored.
-- Needs variables: seed, day (0 = first date), start_us and end_us (window of the first date in
-- microseconds since 1970), users, groups, dialogs, group_log (rows on day 0); table real_groups.
-- Each view also has `changed`: the line is new, or was touched, on this day.

-- Chance: the same for one seed, whatever the day.
create macro draw(what, n) as hash(n, what, getvariable('seed'));
create macro unit(what, n) as (draw(what, n) >> 11)::double / 9007199254740992.0;
create macro pick(what, n, choices) as (draw(what, n) % choices::ubigint)::bigint;

-- Growth: every day adds one percent of day 0; a row is born on the day that first has it.
create macro rows_on(base, day) as base + day * greatest(1, base // 100);
create macro born(n, base) as
    case when n < base then 0 else 1 + (n - base) // greatest(1, base // 100) end;

-- How often row n changed until a day: once in `period` days, another slice of the rows each day.
create macro changes(n, period, rows, day) as
    ((n * 7919) % least(period, rows) + day) // least(period, rows);

-- A moment inside the day's window, not before `earliest`; all times are microseconds since 1970.
create macro window_end(day) as getvariable('end_us') + day * 86400000000;
create macro window_start(day) as
    case when day = 0 then getvariable('start_us') else window_end(day - 1) end;
create macro moment(day, earliest, u) as
    greatest(earliest, window_start(day))
    + floor((window_end(day) - greatest(earliest, window_start(day))) * u)::bigint;

-- Source systems leave a zero fraction out.
create macro stamp(us, n) as case
    when n % 50 = 0 then strftime(make_timestamp(us), '%Y-%m-%d %H:%M:%S')
    else strftime(make_timestamp(us), '%Y-%m-%d %H:%M:%S.%f')
end;
create macro decimal_text(n) as n::varchar || '.0';

set variable real_us = (
    select list(epoch_us(registration_dt::timestamp) order by id::bigint) from real_groups
);
set variable real_stamp = (select list(registration_dt order by id::bigint) from real_groups);
set variable real_admin = (select list(admin_id::bigint order by id::bigint) from real_groups);
set variable real_name = (select list(group_name order by id::bigint) from real_groups);
set variable real_private = (select list(is_private order by id::bigint) from real_groups);

-- Entities. Generated groups are younger than the ten oldest real ones.
create macro user_us(id) as
    moment(born(id - 1, getvariable('users')), 0, pow(unit('registered', id), 1.5));
create macro group_us(id) as coalesce(
    getvariable('real_us')[id + 1],
    moment(0, getvariable('start_us') + 60 * 86400000000, unit('founded', id))
);
create macro group_stamp(id) as
    coalesce(getvariable('real_stamp')[id + 1], stamp(group_us(id), id));
create macro admin_of(id, version) as case
    when version = 0 and id < len(getvariable('real_admin'))
        then (getvariable('real_admin')[id + 1] - 1) % getvariable('users') + 1
    else 1 + pick('admin ' || version, id, getvariable('users'))
end;

-- Slots of the log after the `create` rows: nine additions, then somebody of those nine leaves.
create macro slots_on(day) as
    rows_on(getvariable('group_log'), day) - getvariable('groups');
create macro slot_day(slot) as born(slot + getvariable('groups'), getvariable('group_log'));
create macro slot_group(slot) as
    floor(getvariable('groups') * pow(unit('joined group', slot), 2))::bigint;
create macro slot_user(slot) as 1 + pick(
    'joined user', slot, rows_on(getvariable('users'), greatest(slot_day(slot) - 1, 0))
);
create macro slot_us(slot, user_id, group_id) as moment(
    slot_day(slot), greatest(user_us(user_id), group_us(group_id)), unit('joined', slot)
);
create macro adding_slots_on(day) as slots_on(day) - slots_on(day) // 10;
create macro adding_slot(n) as n // 9 * 10 + n % 9;

-- Conversion: in group g this share of the members talks.
create macro talks(user_id, group_id) as
    unit('talks ' || user_id, group_id) < 0.2 + 0.5 * unit('share', group_id);

create view users as
with founders as (
    select admin_of(id, 0) as id, min(group_us(id)) as us
    from range(getvariable('groups')) as t (id)
    group by all
),
rows as (
    select
        n + 1 as id,
        born(n, getvariable('users')) as day,
        changes(n, 500, getvariable('users'), getvariable('day')) as renamed,
        changes(n, 500, getvariable('users'), getvariable('day') - 1) as renamed_before,
        changes(n, 365, getvariable('users'), getvariable('day')) as birthdays,
        changes(n, 365, getvariable('users'), getvariable('day') - 1) as birthdays_before
    from range(rows_on(getvariable('users'), getvariable('day'))) as t (n)
),
named as (
    select
        *,
        ['Alice', 'Bob', 'Chen', 'Dora', 'Emil', 'Fatima',
         'Анна', 'Борис', 'Вера', 'Глеб', 'Дарья', 'Егор']
            [1 + pick('first ' || renamed, id, 12)] as first_name,
        ['Ivanova', 'Keller', 'Lund', 'Morris', 'Nowak',
         'Орлов', 'Петренко', 'Смирнова', 'Тихонов', 'Якубова']
            [1 + pick('last ' || renamed, id, 10)] as last_name
    from rows
)
select
    n.id::varchar as id,
    case
        when id % 61 = 0 then null
        when id % 97 = 0 then ' ' || first_name || ' '
        when id % 151 = 0 then first_name || ' "' || last_name || '"'
        when id % 173 = 0 then last_name || ', ' || first_name
        else first_name || ' ' || last_name || ' ' || pick('number ' || renamed, id, 1000)
    end as chat_name,
    stamp(coalesce(least(f.us - 86400000000, user_us(id)), user_us(id)), id) as registration_dt,
    case when id % 19 = 0 then null else
        ['Россия', 'Казахстан', 'Беларусь', 'Deutschland', 'Polska', 'Korea, Republic of', 'Brasil']
            [1 + pick('country', id, 7)]
    end as country,
    case when id % 13 <> 0
        then decimal_text(14 + floor(50 * pow(unit('age', id), 2))::bigint + birthdays)
    end as age,
    day = getvariable('day') or renamed <> renamed_before or birthdays <> birthdays_before
        as changed
from named as n left join founders as f using (id)
-- The join does not keep the order of ids, and equal bytes need one.
order by n.id;

create view groups as
with rows as (
    select
        id,
        changes(id, 100, getvariable('groups'), getvariable('day')) as admins,
        changes(id, 100, getvariable('groups'), getvariable('day') - 1) as admins_before,
        changes(id + 1, 200, getvariable('groups'), getvariable('day')) as renamed,
        changes(id + 1, 200, getvariable('groups'), getvariable('day') - 1) as renamed_before,
        id < len(getvariable('real_us')) as is_real
    from range(getvariable('groups')) as t (id)
)
select
    id::varchar as id,
    admin_of(id, admins)::varchar as admin_id,
    case
        when is_real then getvariable('real_name')[id + 1]
        else ['горы', 'шахматы', 'джаз', 'огород', 'космос', 'бег по утрам', 'аниме', 'велосипеды']
                [1 + pick('topic', id, 8)]
            || [' для всех ', ' без границ ', ', не только здесь ', ' "новая волна" ', ' из двора ']
                [1 + pick('audience', id, 5)]
            || id || case when id % 20 = 0 then ' ' else '' end
    end || case when renamed > 0 then ' v' || (renamed + 1) else '' end as group_name,
    group_stamp(id) as registration_dt,
    coalesce(getvariable('real_private')[id + 1], pick('private', id, 2)::varchar) as is_private,
    getvariable('day') = 0 or admins <> admins_before or renamed <> renamed_before as changed
from rows;

create view group_log as
with rows as (
    -- The source repeats one line in 5000.
    select
        n - (n % 5000 = 4999)::bigint as n,
        n - (n % 5000 = 4999)::bigint - getvariable('groups') as slot,
        born(n, getvariable('group_log')) as day
    from range(rows_on(getvariable('group_log'), getvariable('day'))) as t (n)
),
events as (
    select
        *,
        case when slot < 0 then 'create' when slot % 10 = 9 then 'leave' else 'add' end as event,
        case when slot % 10 = 9 then slot - 1 - pick('leaves', slot, 9) else slot end as member
    from rows
),
members as (
    select *, slot_user(member) as user_id, slot_group(member) as group_id from events
),
times as (select *, slot_us(member, user_id, group_id) as joined_us from members)
select
    case when event = 'create' then n else group_id end::varchar as group_id,
    case when event = 'create' then admin_of(n, 0) else user_id end::varchar as user_id,
    case when event = 'add' and pick('invited', slot, 10) < 3
        then decimal_text(1 + pick('inviter', slot, getvariable('users')))
    end as user_id_from,
    event,
    case
        when event = 'create' then group_stamp(n)
        when event = 'add' or pick('at once', slot, 50) = 0 then stamp(joined_us, member)
        else stamp(moment(slot_day(slot), joined_us, unit('left', slot)), slot)
    end as "datetime",
    day = getvariable('day') as changed
from times;

create view dialogs as
with rows as (
    -- On the first day every member is asked once, so that no talker stays silent.
    select
        n + 1 as message_id,
        born(n, getvariable('dialogs')) as day,
        adding_slot(case
            when n < least(adding_slots_on(0), getvariable('dialogs')) then n
            else pick(
                'speaker', n,
                adding_slots_on(greatest(born(n, getvariable('dialogs')) - 1, 0))
            )
        end) as slot
    from range(rows_on(getvariable('dialogs'), getvariable('day'))) as t (n)
),
members as (select *, slot_user(slot) as member, slot_group(slot) as group_id from rows),
talkers as (
    select
        *,
        talks(member, group_id) as in_group,
        slot_us(slot, member, group_id) as joined_us
    from members
),
authors as (
    -- One group message in 200 is by somebody who may never have joined.
    select
        *,
        case when in_group and pick('guest', message_id, 200) = 0
            then 1 + pick('guest user', message_id, getvariable('users'))
            else member
        end as author
    from talkers
),
times as (select *, greatest(joined_us, user_us(author)) as able_us from authors)
select
    message_id::varchar as message_id,
    stamp(moment(day, able_us, unit('written', message_id)), message_id) as message_ts,
    author::varchar as message_from,
    (1 + pick('reader', message_id, getvariable('users')))::varchar as message_to,
    case when message_id % 37 = 0 then null else
        ['привет', 'Всем добрый день', 'кто сегодня идет?', 'thanks a lot', 'спасибо',
         'см. "правила"', 'Да, конечно, буду', 'вот список:', 'see you tomorrow',
         'ха-ха', '+1', 'я против']
            [1 + pick('opening', message_id, 12)]
        || [' ', ', ', chr(10), ' - ', '! ', '... '][1 + pick('joint', message_id, 6)]
        || ['увидимся в семь', 'а кто админ?', 'отличная группа', 'let''s talk', 'не согласен',
            'фото позже', 'где "тот" файл?', 'ок', 'как всегда', 'приводите друзей']
            [1 + pick('closing', message_id, 10)]
    end as message,
    case when in_group then decimal_text(group_id) end as message_group,
    day = getvariable('day') as changed
from times;
